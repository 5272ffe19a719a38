"""Objects with subclasses, and discriminators of all kinds: the class is that of the tag, sent and received."""

from __future__ import annotations

import json
from typing import Any, get_type_hints

import pytest
from pydantic import ValidationError

from support.wire import Wire, reply

CAR = {"kind": "car", "wheels": 4, "doors": 5}
TOW = {"kind": "tow", "wheels": 6, "hook": True}
BIKE = {"kind": "bike", "wheels": 2}


def client(case: Any, *data: Any) -> Any:
    wire = Wire(*map(reply, data))
    return wire, wire.client(case)


def test_a_reply_of_the_base_has_the_class_of_its_tag(case: Any) -> None:
    models = case.models
    _, api = client(case, [CAR, TOW, {"kind": "truck", "wheels": 6}, BIKE])
    vehicles = api.vehicles.list_vehicles()
    assert [type(vehicle) for vehicle in vehicles] == [
        models.Car,
        models.TowTruck,
        models.Truck,
        models.Vehicle,
    ]
    assert all(isinstance(vehicle, models.Vehicle) for vehicle in vehicles)
    assert [vehicle.to_dict() for vehicle in vehicles[:2]] == [CAR, TOW]


def test_subclasses_have_their_tag_as_constant(case: Any) -> None:
    models = case.models
    assert issubclass(models.CarInput, models.VehicleInput)
    assert models.CarInput(wheels=4, doors=5).to_dict() == CAR
    with pytest.raises(ValidationError):
        models.CarInput(kind="truck", wheels=4, doors=5)


@pytest.mark.parametrize("given", ["model", "dict"])
def test_what_takes_a_base_takes_subclasses(case: Any, given: str) -> None:
    wire, api = client(case, CAR)
    body = case.models.CarInput(wheels=4, doors=5) if given == "model" else CAR
    assert type(api.vehicles.add_vehicle(body=body)) is case.models.Car
    assert json.loads(wire.last.content) == CAR
    api.vehicles.add_vehicle(body=case.models.VehicleInput(**BIKE))
    assert json.loads(wire.last.content) == BIKE


def test_what_a_base_asserts_holds_for_subclasses(case: Any) -> None:
    _, api = client(case, CAR)
    with pytest.raises(case.package.RequestError):
        api.vehicles.add_vehicle(body={**CAR, "wheels": -1})


def test_a_union_may_stand_in_its_options(case: Any) -> None:
    _, api = client(case, {"kind": "dog", "name": "Rex", "bark": True})
    dog = api.pets.get_pet()
    assert type(dog) is case.models.Dog
    assert (dog.name, dog.bark) == ("Rex", True)


def test_nested_unions_have_the_classes_of_the_components(case: Any) -> None:
    _, api = client(
        case, {"kind": "image", "url": "u"}, {"kind": "text", "body": "b"}, {"kind": "x"}
    )
    assert type(api.nodes.get_node()) is case.models.Image
    assert type(api.nodes.get_node()) is case.models.Text
    assert type(api.nodes.get_node()).__name__ == "Unknown"
    assert not hasattr(case.models, "MediaImage")


def test_narrowing_keeps_the_base_class(case: Any) -> None:
    models = case.models
    assert issubclass(models.DailyReport, models.Report)
    assert set(vars(models.DailyReport)["__annotations__"]) == {"type", "note"}
    assert get_type_hints(models.DailyReport)["note"] is str
    _, api = client(case, {"type": "daily", "state": "open", "note": "n"})
    report = api.reports.get_report()
    assert (type(report), report.state) == (models.DailyReport, models.ReportState.OPEN)


@pytest.mark.parametrize(
    ("report", "fits"),
    [
        ({"type": "x", "state": "draft", "note": "abc"}, True),
        ({"type": "x", "state": "closed"}, False),
        ({"type": "x", "state": "other"}, False),
        ({"type": "x", "note": "abcd"}, False),
    ],
)
def test_narrower_values_are_asserted(case: Any, report: Any, fits: bool) -> None:
    wire, api = client(case, {})
    arguments = {"type_" if name == "type" else name: value for name, value in report.items()}
    if not fits:
        with pytest.raises(case.package.RequestError):
            api.reports.put_report(**arguments)
        return
    api.reports.put_report(**arguments)
    assert json.loads(wire.last.content) == report


def test_two_tags_of_one_option(case: Any) -> None:
    models = case.models
    wire, api = client(case, {"shapeType": "disc", "radius": 1})
    shape = api.shapes.put_shape(shape=models.ShapeCircleInput(shape_type="disc", radius=2))
    assert type(shape) is models.ShapeCircle
    assert json.loads(wire.last.content) == {"shape": {"shapeType": "disc", "radius": 2}}
    with pytest.raises(case.package.RequestError):
        api.shapes.put_shape(shape={"shapeType": "oval", "radius": 2})


def test_titled_constants_are_an_enum(case: Any) -> None:
    size = case.models.Size
    assert {member.name: member.value for member in size} == {"SMALL": 1, "LARGE": 2}
    square = {"shapeType": "square", "size": 3}
    _, api = client(case, square)
    with pytest.raises(case.package.RequestError):
        api.shapes.put_shape(shape=square)
    assert api.shapes.put_shape(shape={**square, "size": size.LARGE}).size == 3


def test_a_tag_with_one_value_need_not_be_given(case: Any) -> None:
    models = case.models
    wire, api = client(case, {"method": {"type": "card", "number": "1"}})
    payment = api.payments.pay(method=models.Card(number="1"))
    assert json.loads(wire.last.content) == {"method": {"type": "card", "number": "1"}}
    assert payment.method == models.Card(number="1")


def test_what_was_absent_stays_absent(case: Any) -> None:
    """Received without its tag, where the class alone says what it is, an object is not changed."""
    card = case.models.Card.from_json('{"number": "1"}')
    assert card.to_dict() == {"number": "1"}


def test_names_that_examples_contradict_are_no_tags(case: Any) -> None:
    _, api = client(case, {"type": "g6-standard-1"}, {"type": "v", "size": 1})
    assert type(api.instances.list_instances()) is case.models.Instance
    assert type(api.instances.list_instances()) is case.models.Volume
