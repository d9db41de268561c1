"""Where the form and the archive's own metadata must agree, and what clients leave out or spell otherwise."""

from __future__ import annotations

import pytest

from strongroom.terms.refusals import Reason, Refused, refusal_of
from strongroom.uploads.rules.metadata import read_core_metadata, require_form_agrees

DESCRIPTION = "Demo\n====\n\nWhat | it is.\n"
FULL = read_core_metadata(
    f"""\
Metadata-Version: 2.4
Name: Demo
Version: 1.0
Summary: What it is
Requires-Python: >=3.11,<4
Requires-Dist: alpha>=1
Requires-Dist: beta[x]>=2,<3; python_version < "4"
Project-URL: Source Code, https://example.org/code
Project-URL: Home, https://example.org/
License-Expression: MIT
Import-Name: demo
Import-Name: other
Provides-Extra: x

{DESCRIPTION}""".encode()
)
BETA = 'beta[x]>=2,<3; python_version < "4"'
FORM: dict[str, tuple[str, ...]] = {
    "name": ("Demo",),
    "version": ("1.0",),
    "metadata_version": ("2.4",),
    "summary": ("What it is",),
    "requires_python": (">=3.11,<4",),
    "requires_dist": ("alpha>=1", BETA),
    "project_urls": ("Source Code, https://example.org/code", "Home, https://example.org/"),
    "description": (DESCRIPTION,),
}


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({}, id="every field as in the file"),
        pytest.param(dict.fromkeys(FORM, ()), id="no field at all"),
        pytest.param({"metadata_version": ("2.3",)}, id="flit says 2.3 whatever the file says"),
        pytest.param({"license": (), "license_expression": ()}, id="pdm and flit leave the licence out"),
        pytest.param({"import_name": ("other",)}, id="hatch sends only the last import name"),
        pytest.param({"provides_extras": ("x",)}, id="pdm misspells the extras"),
        pytest.param({"name": ("demo",)}, id="the name in another spelling"),
        pytest.param({"version": ("v1.0.0",)}, id="the version in another spelling"),
        pytest.param({"requires_python": ("<4, >= 3.11",)}, id="the Python in another order with spaces"),
        pytest.param({"requires_dist": (BETA, "alpha>=1")}, id="dependencies in another order"),
        pytest.param(
            {"requires_dist": ("alpha >= 1", "beta [x] <3,>=2 ; python_version<'4'")},
            id="dependencies spaced otherwise",
        ),
        pytest.param(
            {"project_urls": ("home,https://example.org/", "source-code, https://example.org/code")},
            id="labels in another spelling and order",
        ),
        pytest.param({"description": (DESCRIPTION.replace("\n", "\r\n"),)}, id="a description with Windows line ends"),
        pytest.param({"description": (DESCRIPTION.rstrip(),)}, id="a description without its last line end"),
        pytest.param({"author": ("Somebody Else",)}, id="a field that is not compared"),
    ],
)
def test_a_form_as_clients_send_it_agrees_with_the_file(sent: dict[str, tuple[str, ...]]) -> None:
    assert refusal_of(lambda: require_form_agrees(FULL, {**FORM, **sent})) is None


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        pytest.param("name", ("Demo2",), id="another name"),
        pytest.param("version", ("1.0.1",), id="another version"),
        pytest.param("version", ("one",), id="a version that is none"),
        pytest.param("version", ("9" * 5000,), id="a version of 5000 digits"),
        pytest.param("summary", ("What it is not",), id="another summary"),
        pytest.param("requires_python", (">=3.11",), id="another Python"),
        pytest.param("requires_python", ("three",), id="a Python that is none"),
        pytest.param("requires_python", (f">={'9' * 5000}",), id="a Python of 5000 digits"),
        pytest.param("requires_dist", ("alpha>=1",), id="a dependency fewer"),
        pytest.param("requires_dist", ("alpha>=1", BETA, "evil"), id="a dependency more"),
        pytest.param("requires_dist", ("alpha>=1", "beta[x]>=2,<3"), id="a dependency without its marker"),
        pytest.param("requires_dist", ("alpha>=1", "beta >"), id="a dependency that is none"),
        pytest.param("requires_dist", (f"alpha; {'(' * 20_000}",), id="a dependency of 20,000 brackets"),
        pytest.param("project_urls", ("Home, https://example.org/",), id="a link fewer"),
        pytest.param(
            "project_urls", ("Source Code, https://evil.example", "Home, https://example.org/"), id="another address"
        ),
        pytest.param("project_urls", ("Home https://example.org/",), id="a link without a comma"),
        pytest.param("description", ("Something else",), id="another description"),
    ],
)
def test_a_form_that_says_something_else_than_the_file_is_refused(field: str, sent: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refused:
        require_form_agrees(FULL, {**FORM, field: sent})
    assert refused.value.reason is Reason.FORM_DIFFERS
    assert refused.value.facts == {"field": field}


def test_a_field_of_which_only_the_form_speaks_is_not_compared() -> None:
    bare = read_core_metadata(b"Metadata-Version: 2.4\nName: Demo\nVersion: 1.0\n")
    silent = {field: sent for field, sent in FORM.items() if field not in {"name", "version"}}
    assert refusal_of(lambda: require_form_agrees(bare, silent)) is None
