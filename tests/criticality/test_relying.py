"""Who relies on whom: what latest releases need, read when they change, and counted exactly, circles and all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from strongroom.criticality.actions import relying
from strongroom.criticality.actions.relying import refresh_reliances
from strongroom.criticality.models import Reliance
from strongroom.criticality.queries.reliances import load_needs
from strongroom.criticality.rules import relying as rules
from strongroom.criticality.rules.relying import MOST_NEEDS, Reliers, count_reliance, read_need, read_needs
from strongroom.projects.models import Project, Release
from strongroom.terms.names import NormalizedName
from tests.cast import NOW
from tests.criticality.harvest import add_projects

OWN = NormalizedName("own")


class TestNeeds:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            pytest.param("Flask.Babel >=1,<2", "flask-babel", id="a name in another spelling"),
            pytest.param("ham[x,y]>=1", "ham", id="with extras of its own"),
            pytest.param("ham @ https://example.org/ham.whl", "ham", id="at an address"),
            pytest.param("ham; python_version < '3'", "ham", id="for an old Python"),
            pytest.param("ham; sys_platform == 'win32' and os_name == 'nt'", "ham", id="for one system"),
            pytest.param("ham; extra == 'test'", None, id="for an extra"),
            pytest.param("ham; 'test' == extra", None, id="for an extra, the other way round"),
            pytest.param("ham; extra == 'x' or extra == 'y'", None, id="for one of two extras"),
            pytest.param("ham; extra == 'x' and python_version < '3'", None, id="for an extra on an old Python"),
            pytest.param("ham; python_version < '3' or extra == 'x'", "ham", id="for an old Python, or an extra"),
            pytest.param("ham; (python_version < '3' or os_name == 'nt') and extra == 'x'", None, id="brackets first"),
            pytest.param("ham; python_version < '3' or os_name == 'nt' and extra == 'x'", "ham", id="and before or"),
            pytest.param("ham; extra != 'x'", "ham", id="unless an extra is asked for"),
            pytest.param("ham; extra == ''", "ham", id="when there is no extra"),
            pytest.param("ham; 'x' in extra", None, id="when an extra has a letter"),
            pytest.param("ham; 'x' not in extra", "ham", id="when no extra has a letter"),
            pytest.param("ham; 'x' in extras", None, id="for one of several extras"),
            pytest.param("ham; platform_version == 'extra'", "ham", id="a version that is called like one"),
            pytest.param("ham; platform_version == '(' and extra == 'x'", None, id="a bracket that is text"),
            pytest.param("", None, id="nothing"),
            pytest.param("ham >", None, id="half a version"),
            pytest.param("-ham", None, id="no name"),
            pytest.param("x" * 201, None, id="a name that is too long"),
            pytest.param("ham; " + "(" * 20_000, None, id="20,000 brackets"),
            pytest.param("ham; " + "(" * 2_000 + "os_name=='a'" + ")" * 2_000, None, id="2,000 brackets in each other"),
            pytest.param("ham" + " " * 5_000, None, id="a long one"),
            pytest.param(None, None, id="no text"),
            pytest.param(7, None, id="a number"),
            pytest.param(["ham"], None, id="a list"),
        ],
    )
    def test_what_is_needed_without_an_extra(self, text: object, name: str | None) -> None:
        assert read_need(text) == name

    def test_each_name_is_there_once_in_order_and_never_its_own(self) -> None:
        assert read_needs(["spam", "Ham>1", "ham", "OWN", "bad >", None], own=OWN) == ("ham", "spam")

    @pytest.mark.parametrize("stored", [None, "", {}, {"ham": 1}, 7, [[]], [{"a": "b"}], "ham >"], ids=repr)
    def test_what_is_no_list_of_requirements_needs_nothing(self, stored: object) -> None:
        assert read_needs(stored, own=OWN) == ()

    def test_one_text_is_one_requirement(self) -> None:
        assert read_needs("ham>1", own=OWN) == ("ham",)

    def test_no_release_needs_more_than_five_hundred(self) -> None:
        assert len(read_needs([f"p{number}" for number in range(MOST_NEEDS + 9)], own=OWN)) == MOST_NEEDS

    @given(st.text() | st.lists(st.text()) | st.none() | st.integers())
    def test_nothing_that_was_ever_stored_stops_it(self, stored: object) -> None:
        assert isinstance(read_needs(stored, own=OWN), tuple)


def slowly(needs: Mapping[str, Sequence[str]], downloads: Mapping[str, int]) -> dict[str, Reliers]:
    """The same by the definition: for each project, everybody from whom a path leads to it."""

    def reached(start: str) -> set[str]:
        found: set[str] = set()
        waiting = [start]
        while waiting:
            for needed in needs.get(waiting.pop(), ()):
                if needed in needs and needed not in found:
                    found.add(needed)
                    waiting.append(needed)
        return found - {start}

    whole = {name: reached(name) for name in needs}
    answer = {}
    for name in needs:
        reliers = [other for other in needs if name in whole[other]]
        direct = sum(1 for other in needs if other != name and name in needs[other])
        if reliers:
            answer[name] = Reliers(direct, len(reliers), sum(downloads.get(other, 0) for other in reliers))
    return answer


class TestCounting:
    def test_those_that_need_it_through_others_are_counted_once(self) -> None:
        needs = {"app": ["a", "b"], "a": ["base"], "b": ["base", "gone"], "base": []}

        counted = count_reliance(needs, {"app": 100, "a": 10, "b": 1})

        assert counted.reliers == {
            "a": Reliers(1, 1, 100),
            "b": Reliers(1, 1, 100),
            "base": Reliers(2, 3, 111),
        }
        assert counted.cut_short == []

    def test_nobody_in_a_circle_relies_on_itself(self) -> None:
        needs = {"a": ["b", "a"], "b": ["c"], "c": ["a"]}

        assert set(count_reliance(needs, {"a": 1, "b": 2, "c": 4}).reliers.items()) == {
            ("a", Reliers(1, 2, 6)),
            ("b", Reliers(1, 2, 5)),
            ("c", Reliers(1, 2, 3)),
        }

    @given(
        st.dictionaries(st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefghxy"), max_size=4)),
        st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 2**60)),
    )
    def test_it_is_what_the_definition_says(self, needs: dict[str, list[str]], downloads: dict[str, int]) -> None:
        assert count_reliance(needs, downloads).reliers == slowly(needs, downloads)

    def test_one_that_needs_everything_counts_for_the_nearest_alone_and_is_told(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rules, "MOST_REACHED", 3)
        needs = {"all": ["a", "b"], "a": ["y"], "b": ["z"], "y": [], "z": [], "three": ["a", "z"]}

        counted = count_reliance(needs, {"all": 1, "three": 10})

        assert counted.cut_short == ["all"]
        assert {name: one.through for name, one in counted.reliers.items()} == {"a": 2, "b": 1, "y": 3, "z": 2}


def need(name: str, *requirements: object, version: str = "1.0", **changed: object) -> None:
    """Give a project a release that needs these."""
    project = Project.objects.get(normalized_name=name)
    values = {
        "metadata": {"requires_dist": list(requirements), "description": "x" * 1000},
        "created_at": NOW,
        **changed,
    }
    Release.objects.update_or_create(project=project, version=version, defaults=values)
    Project.objects.filter(pk=project.pk).update(serial=project.serial + 1)


@pytest.mark.django_db
class TestReading:
    def test_the_latest_release_says_what_is_needed(self) -> None:
        add_projects(["ham", "spam", "bare"])
        need("ham", "old", version="1.0")
        need("ham", "Spam>=1", "extra; extra == 'x'", "!broken", version="2.0")
        need("ham", "preview", version="3.0rc1")
        need("ham", "yanked", version="2.1", yanked_at=NOW)
        need("ham", "deleted", version="2.2", deleted_at=NOW)
        Release.objects.filter(project__normalized_name="bare").update(deleted_at=NOW)

        assert refresh_reliances(now=NOW) == 3

        assert load_needs() == {"ham": ["spam"], "spam": [], "bare": []}
        assert refresh_reliances(now=NOW) == 0

    @pytest.mark.parametrize(
        "metadata", [{}, {"requires_dist": "spam"}, {"requires_dist": None}, {"requires_dist": {}}]
    )
    def test_metadata_of_any_form_is_read(self, metadata: object) -> None:
        add_projects(["ham"])
        Release.objects.update(metadata=metadata)

        assert refresh_reliances(now=NOW) == 1
        assert load_needs() == {"ham": ["spam"] if metadata == {"requires_dist": "spam"} else []}

    def test_only_what_has_changed_is_read_again(self) -> None:
        add_projects(["ham", "spam"])
        refresh_reliances(now=NOW)
        Release.objects.update(metadata={"requires_dist": ["spam"]})
        Project.objects.filter(normalized_name="ham").update(serial=7)

        assert refresh_reliances(now=NOW) == 1
        assert load_needs() == {"ham": ["spam"], "spam": []}
        assert Reliance.objects.get(pk="ham").serial == 7

    @pytest.mark.parametrize("gone", [{"deleted_at": NOW}, {"status": "quarantined"}], ids=["deleted", "quarantined"])
    def test_what_is_gone_is_forgotten_and_comes_back(self, gone: dict[str, object]) -> None:
        add_projects(["ham", "spam"])
        refresh_reliances(now=NOW)
        Project.objects.filter(normalized_name="ham").update(**gone)

        assert refresh_reliances(now=NOW) == 1
        assert load_needs() == {"spam": []}
        Project.objects.filter(normalized_name="ham").update(deleted_at=None, status="active")
        assert refresh_reliances(now=NOW) == 1
        assert set(load_needs()) == {"ham", "spam"}

    def test_a_process_that_is_killed_keeps_what_it_has_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(relying, "SLICE", 2)
        add_projects(["a", "b", "c", "d", "e"])
        slices = []
        real = relying._read

        def dying(projects: Sequence[Project]) -> list[Reliance]:
            slices.append([one.normalized_name for one in projects])
            if len(slices) == 2:
                raise KeyboardInterrupt
            return real(projects)

        monkeypatch.setattr(relying, "_read", dying)
        with pytest.raises(KeyboardInterrupt):
            refresh_reliances(now=NOW)

        assert refresh_reliances(now=NOW) == 3
        assert slices == [["a", "b"], ["c", "d"], ["c", "d"], ["e"]]

    def test_it_costs_the_same_few_questions_however_many_were_published(self) -> None:
        add_projects([f"p{number}" for number in range(40)])
        with CaptureQueriesContext(connection) as asked:
            refresh_reliances(now=timezone.now())

        assert len([one for one in asked if one["sql"].startswith(("SELECT", "INSERT"))]) == 6
