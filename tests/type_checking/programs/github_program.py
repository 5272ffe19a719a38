"""A linter that reports to GitHub: issues, check runs and gists."""

from __future__ import annotations

import asyncio
from typing import assert_type

from github_api import (
    AsyncGitHubV3RESTClient,
    GitHubV3RESTClient,
    RequestError,
    UnprocessableEntityError,
)
from github_api.models import CheckRun, Issue
from github_api.params import (
    ChecksCreateRequestOutputAnnotationsItemParams,
    ChecksCreateRequestOutputParams,
)

Finding = tuple[str, int, str]


def annotation(finding: Finding) -> ChecksCreateRequestOutputAnnotationsItemParams:
    path, line, message = finding
    return {
        "path": path,
        "start_line": line,
        "end_line": line,
        "annotation_level": "warning",
        "message": message,
    }


def check(client: GitHubV3RESTClient, sha: str, findings: list[Finding]) -> CheckRun:
    output: ChecksCreateRequestOutputParams = {
        "title": "Lint",
        "summary": f"{len(findings)} findings",
        "annotations": [annotation(finding) for finding in findings],
    }
    return client.checks.create(
        owner="octo",
        repo="hello",
        name="lint",
        head_sha=sha,
        status="completed",
        conclusion="neutral",
        output=output,
    )


def open_titles(client: GitHubV3RESTClient) -> list[str]:
    issues = client.issues.list_for_repo(owner="octo", repo="hello", state="open", per_page=1)
    return [issue.title for issue in issues]


def report(client: GitHubV3RESTClient, title: str) -> Issue | None:
    try:
        return client.issues.create(
            owner="octo", repo="hello", title=title, labels=["lint", {"name": "bot", "color": None}]
        )
    except UnprocessableEntityError as error:
        assert_type(error.status, int)
        return None


async def publish(base_url: str, files: dict[str, str]) -> str:
    async with AsyncGitHubV3RESTClient(base_url=base_url) as client:
        gist = await client.gists.create(
            files={name: {"content": text} for name, text in files.items()}, public=False
        )
        return gist.html_url


def wrong(client: GitHubV3RESTClient) -> None:
    client.issues.create(owner="o", repo="r", title="t", labels=[{"nam": "a"}])  # error
    client.checks.create(owner="o", name="n", head_sha="s")  # error


def main(base_url: str) -> list[object]:
    results: list[object] = []
    with GitHubV3RESTClient(base_url=base_url) as client:
        results += [check(client, "ce58", [("a.py", 3, "unused")]).id, open_titles(client)]
        made, refused = report(client, "Unused names"), report(client, "")
        results += [made and made.number, refused, asyncio.run(publish(base_url, {"a.py": "1"}))]
        typo: ChecksCreateRequestOutputParams = {"title": "a", "sumary": "b"}  # error: sumary
        try:
            client.checks.create(owner="o", repo="r", name="n", head_sha="s", output=typo)
        except RequestError as error:
            results.append(str(error.details[0]))
    return results
