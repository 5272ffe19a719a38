"""Models of a JSON Schema: properties with defaults need not be given."""

from typing import assert_type

from case_packages.json_schema.models import Address, Line, Order, OrderState

order = Order(id="o_1", lines=[Line(sku="a")])
assert_type(order.origin, Address)
assert_type(order.lines[0].count, int)
assert_type(order.address, Address | None)
assert_type(order.state, OrderState | None)
Order(id="o_1", lines=[], origin=Address(city="Graz"), state=OrderState.PAID)
Line(sku="a", count=2)
Line(count=2)  # error: sku
Line(sku="a", count=None)  # error
