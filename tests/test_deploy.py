"""The deployment's files say what the settings know, and pass their own linters and schemas."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import ROOT, Settings

MANIFESTS = sorted((ROOT / "deploy" / "kubernetes").glob("*.yaml"))
KNOWN = {f"RLS_{name.upper()}" for name in Settings.__fields__}


def documents() -> list[Any]:
    return [pytest.param(d, id=f"{p.stem}-{d['kind']}") for p in MANIFESTS for d in yaml.safe_load_all(p.read_text()) if d]


@pytest.mark.parametrize("document", documents())
def test_a_manifest_fits_kubernetes_own_schema(document: dict[str, Any]) -> None:
    with warnings.catch_warnings():
        # It looks its schemas up through pkg_resources.
        warnings.simplefilter("ignore")
        import kubernetes_validate

        kubernetes_validate.validate(document, "1.28", strict=True)


def test_the_linter_finds_nothing_in_the_dockerfile() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([str(linter), "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def containers() -> list[Any]:
    return [
        pytest.param(container, pod, id=container["name"])
        for document in (each.values[0] for each in documents())
        if document["kind"] == "Deployment"
        for pod in [document["spec"]["template"]["spec"]]
        for container in pod["containers"]
    ]


@pytest.mark.parametrize(("container", "pod"), containers())
def test_a_pod_runs_without_rights(container: dict[str, Any], pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    rights = container["securityContext"]
    assert rights["readOnlyRootFilesystem"] is True
    assert rights["allowPrivilegeEscalation"] is False
    assert rights["capabilities"] == {"drop": ["ALL"]}
    assert container["resources"]["limits"]["memory"]


def test_a_pod_is_given_more_time_than_it_takes_to_drain() -> None:
    (pod,) = [pod for container, pod in (each.values for each in containers()) if container["name"] == "bot"]
    assert pod["terminationGracePeriodSeconds"] > Settings.__fields__["drain_seconds"].default + 5
    grace = yaml.safe_load((ROOT / "compose.yml").read_text())["services"]["bot"]["stop_grace_period"]
    assert int(grace.removesuffix("s")) > Settings.__fields__["drain_seconds"].default + 5


def test_each_setting_that_is_given_exists() -> None:
    compose = yaml.safe_load((ROOT / "compose.yml").read_text())
    given = set(compose["services"]["bot"]["environment"])
    given |= {word.split("=")[0] for word in (ROOT / "Dockerfile").read_text().split() if word.startswith("RLS_")}
    for document in (each.values[0] for each in documents()):
        given |= set(document.get("stringData", {}))
    for container, _ in (each.values for each in containers()):
        given |= {variable["name"] for variable in container.get("env", ())}
    assert given
    assert given <= KNOWN


def test_several_workers_have_what_they_share() -> None:
    from bot.supervisor import check

    environment = yaml.safe_load((ROOT / "compose.yml").read_text())["services"]["bot"]["environment"]
    names = ("workers", "redis", "conversations")
    check(Settings(**{name: environment[f"RLS_{name.upper()}"] for name in names}))


def test_the_image_holds_all_that_a_model_is_made_of() -> None:
    from bot.training import FILES, FOLDERS

    copied = (ROOT / "Dockerfile").read_text()
    for name in (
        *FILES,
        *(folder.relative_to(ROOT).parts[0] for folder in FOLDERS),
        "knowledge",
        "actions",
        "LICENSE",
        "NOTICE",
    ):
        assert name in copied
        assert f"!{name}" in (ROOT / ".dockerignore").read_text()


def test_the_image_does_not_run_as_root() -> None:
    users = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("USER")]
    assert users == ["USER 10001:10001"]
