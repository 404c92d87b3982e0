"""A wrong definition is refused with the line, the place and the allowed values; nothing else of it is said again.

https://yaml.org/spec/1.2.2/
"""

from pathlib import Path

import pytest

from app.endpoints.checks import source_names
from app.endpoints.definition import _used
from app.endpoints.definitions import documents, newest, shipped
from app.endpoints.document import MAX_BYTES, Finding, WrongDefinition, read_document, write_document
from app.endpoints.loading import load, load_value

CANARY = "Kanarienvogel 4711"
TEXT = (Path(__file__).parent / "definitions" / "hsct-42.yaml").read_text(encoding="utf-8")
RESPONSES = "CR, CRi, CRh, MLFS, PR, SD, PD, relapse, NE, mrd-relapse"


def findings(text: str | bytes) -> tuple[Finding, ...]:
    with pytest.raises(WrongDefinition) as refused:
        load(text if isinstance(text, bytes) else text.encode())
    return refused.value.findings


def changed(*changes: tuple[str, str]) -> str:
    text = TEXT
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def line_of(text: str, wanted: str) -> int:
    """The line of the first occurrence, from 1."""
    return text[: text.index(wanted)].count("\n") + 1


# what is changed -> (place, part of the message, allowed values); the line is that of the new text
WRONG = {
    "misspelt word": (
        ("window_days: 42", "window_dasy: 42"),
        ("window_dasy", "did you mean 'window_days'?", "id, version, title, day_zero"),
    ),
    "word of another part": (
        ("component: relapse}", "component: relapse, clip: true}"),
        ("endpoints.EFS.events[0].clip", "unknown word 'clip'", "source, component, run"),
    ),
    "kind of event": (
        ("{kind: transplant}", "{kind: transplnat}"),
        ("sources.transplant.kind", "did you mean 'transplant'?", "subject, withdrawal, stratum, alive, transplant"),
    ),
    "kind of endpoint": (
        ("kind: time_to_event", "kind: time_to_evnt"),
        ("endpoints.EFS.kind", "did you mean 'time_to_event'?", "time_to_event, competing_risks, response_rate"),
    ),
    "status of another vocabulary": (
        ("status_in: [CR,", "status_in: [MRD+,"),
        ("sources.status.status_in[0]", "'(unknown name)' is not allowed here", RESPONSES),
    ),
    "category of another vocabulary": (
        ("category_in: [chemotherapy,", "category_in: [chemo,"),
        ("sources.new_therapy.category_in[0]", "'chemo' is not allowed here", "chemotherapy, targeted, dli"),
    ),
    "condition that the kind does not carry": (
        ("death: {kind: death}", "death: {kind: death, grade_min: 3}"),
        ("sources.death.grade_min", "events of kind 'death' have no grade", "category_in, category_not_in"),
    ),
    "value out of range": (
        ("value_min: 25", "value_min: 250"),
        ("sources.blasts.value_min", "out of range", "0 to 100"),
    ),
    "empty list of words": (
        ("category_in: [chemotherapy, targeted, dli, car-t]", "category_in: []"),
        ("sources.new_therapy.category_in", "the list is empty", "at least one entry"),
    ),
    "interval type": (
        ("conf_type: plain", "conf_type: plane"),
        ("estimate.conf_type", "did you mean 'plain'?", "log-log, log, plain"),
    ),
    "level": (
        ("level: 0.9", "level: 1.0"),
        ("estimate.level", "out of range", "less than 1"),
    ),
    "landmarks in disorder": (
        ("landmarks: [42, 100]", "landmarks: [100, 42]"),
        ("estimate.landmarks[1]", "not later than the day before it", "in order"),
    ),
    "when": (
        ("reason: consent withdrawn, cnsr: 3}", "reason: consent withdrawn, cnsr: 3, when: before}"),
        ("endpoints.EFS.observation_end[0].when", "'before' is not allowed", "any, on-or-after-start, after-start"),
    ),
    "unknown source": (
        ("{source: blasts,", "{source: blast,"),
        ("endpoints.EFS.events[0].source", "did you mean 'blasts'?", "subject, transplant, status, blasts"),
    ),
    "source of the wrong kind": (
        ("enrolled: subject", "enrolled: transplant"),
        ("enrolled", "not a source of the right kind", "subject"),
    ),
    "event without a source": (
        ("{source: blasts, component", "{component"),
        ("endpoints.EFS.events[0].source", "the word 'source' is missing", ""),
    ),
    "a source twice": (
        ("{source: new_therapy, component: new therapy}", "{source: blasts, component: more}"),
        ("endpoints.EFS.events[1].source", "this source stands twice", ""),
    ),
    "components that look alike": (
        ("component: new therapy", "component: Relapse"),
        ("endpoints.EFS.events[1].component", "differs from an earlier component in capitals", ""),
    ),
    "a run of what has no values": (
        ("component: new therapy}", "component: new therapy, run: {at_least: 1, values: 3}}"),
        ("endpoints.EFS.events[1].run", "events of kind 'therapy' have no value to run", "assessment, count"),
    ),
    "text where a number is due": (
        ("window_days: 42", "window_days: six weeks"),
        ("window_days", "not of the right type", "a whole number"),
    ),
    "a word of YAML 1.1": (
        ("flag_not: true", "flag_not: yes"),
        ("sources.withdrawal.flag_not", "not of the right type", "true or false"),
    ),
    "mapping where a list is due": (
        ("&withdrawal\n      - {source: withdrawal, reason: consent withdrawn, cnsr: 3}", "&withdrawal {source: x}"),
        ("endpoints.EFS.observation_end", "not of the right type", "a list"),
    ),
    "id of an endpoint": (
        ("  EFS:", "  efs:"),
        ("endpoints.efs", "not usable as the id of an endpoint", "1 to 32 capital letters, digits or '_'"),
    ),
    "id": (("id: hsct-42", "id: hsct 42"), ("id", "not usable as an id", "1 to 64 letters")),
    "reserved id": (("id: hsct-42", "id: schema"), ("id", "not usable as an id", "not 'schema'")),
    "version": (("version: 1", "version: 0"), ("version", "out of range", "at least 1")),
    "name of an analysis": (
        ("therapy-ignored:", "primary:"),
        ("endpoints.EFS.analyses.primary", "not usable as a name", "not 'primary'"),
    ),
    "duplicate word": (("role: primary", "role: primary\n    role: secondary"), ("endpoints.EFS.role", "twice", "")),
    "text too long": (
        ("title: Event", "title: " + "x" * 4001),
        ("title", "the text is too long", "at most 4000 characters"),
    ),
    "number too large": (
        ("cnsr: 1}", "cnsr: 99999999999}"),
        ("endpoints.EFS.censor[0].cnsr", "out of range", "at most 1000000"),
    ),
    "foreign tag": (
        ("title: Event", "title: !!python/name:os.system Event"),
        ("title", "a tag or a value that is not known here", ""),
    ),
    "character that cannot be stored": (
        ("title: Event-free survival after transplantation", 'title: "a\\0b"'),
        ("title", "a tag or a value that is not known here", ""),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named_with_its_line(name: str) -> None:
    (old, new), (place, message, expected) = WRONG[name]
    text = changed((old, new))
    first, last = line_of(text, new), line_of(text, new) + new.count("\n")
    found = [finding for finding in findings(text) if message in finding.as_issue().message]
    assert [finding.as_issue().path for finding in found] == [place]
    assert expected in (found[0].expected or "")
    assert found[0].line is not None and first <= found[0].line <= last
    assert found[0].as_issue().message.startswith(f"line {found[0].line}, column ")


def test_an_analysis_that_overrides_nothing_is_refused() -> None:
    same = "          - {source: new_therapy, component: new therapy}\n          - {source: death"
    text = changed(("          - {source: death, component: death}\n\n", same + ", component: death}\n\n"))
    found = findings(text)
    assert [(item.as_issue().path, item.line) for item in found] == [
        ("endpoints.EFS.analyses.therapy-ignored", line_of(text, "therapy-ignored:"))
    ]
    only_text = TEXT[: TEXT.index("        events:\n          - {source: blasts")] + TEXT[TEXT.index("\n  SAE:") :]
    assert [item.as_issue().path for item in findings(only_text)] == ["endpoints.EFS.analyses.therapy-ignored"]


def test_every_finding_is_given_at_once_and_an_alias_only_once() -> None:
    text = changed(("window_days", "window_day"), ("cnsr: 3}", "cnsr: 0}"), ("{source: death,", "{source: dead,"))
    assert [item.as_issue().path for item in findings(text)] == [
        "window_days",
        "window_day",
        "endpoints.EFS.observation_end[0].cnsr",  # the alias of SAE is the same line
        "endpoints.EFS.events[2].source",
    ]


def test_of_two_forms_of_a_part_the_nearer_one_is_meant() -> None:
    text = TEXT.replace("    events:\n", "    start: {last: transplant, otherwse: none}\n    events:\n", 1)
    assert [item.as_issue().path for item in findings(text)] == [
        "endpoints.EFS.start.otherwise",
        "endpoints.EFS.start.otherwse",
    ]


UNREADABLE = {
    "empty": (b"", 1),
    "comment only": (b"# nothing\n", 1),
    "open bracket": (b"id: x\nsources: [a\n", 3),
    "tab": (b"id: x\n\tversion: 1", 2),
    "second document": (b"id: x\n---\nid: y\n", 2),
    "unknown alias": (f"id: x\ntitle: *{CANARY.split()[0]}".encode(), 2),
    "control character": (b"id: x\ntitle: \x07", 2),
    "not UTF-8": (b"id: x\ntitle: \xe9", 2),
    "a list": (b"- id", 1),
    "a word": (CANARY.encode(), 1),
    "too deep": (b"id: x\ntitle: " + b"[" * 400, 2),
    "an alias inside itself": (b"id: x\ntitle: &a [*a]", 2),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_with_its_line(name: str) -> None:
    payload, line = UNREADABLE[name]
    found = findings(payload)
    assert found[0].line == line
    assert CANARY.split()[0] not in "".join(item.as_issue().message for item in found)


def test_aliases_cannot_stand_for_more_than_the_limit() -> None:
    """Each line repeats the one before nine times: the tenth stands for 9**9 values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    assert "aliases stand for more than" in findings("\n".join(lines))[0].message


def test_a_document_is_not_larger_than_the_limit() -> None:
    assert len(TEXT.encode()) < MAX_BYTES
    padding = "#" * (MAX_BYTES - len(TEXT.encode()))
    assert load((TEXT + padding).encode()).definition.id == "hsct-42"
    assert findings(TEXT + padding + "#")[0].expected == f"at most {MAX_BYTES} bytes"


def test_values_are_never_said_again() -> None:
    """A word that looks like a name may stand in a message; anything longer may identify someone."""
    replaced = [
        ("id: hsct-42", "id: *"),
        ("plain", "*"),
        ("level: 0.9", "level: *"),
        ("value_min: 25", "value_min: *"),
        ("source: blasts", "source: *"),
        ("window_days: 42", "window_days: *"),
        ("kind: transplant", "kind: *"),
        ("kind: time_to_event", "kind: *"),
        ("window_days:", "*:"),
        ("[CR,", "[*,"),
        ("  EFS:", "  *:"),
    ]
    for old, new in replaced:
        for item in findings(changed((old, new.replace("*", CANARY)))):
            assert CANARY not in f"{item.as_issue()}"


def test_what_is_shipped_is_right() -> None:
    assert set(shipped()) == {("gdt-relapse", 1), ("gdt-relapse", 2)}
    assert newest("gdt-relapse") is shipped()["gdt-relapse", 2]
    with pytest.raises(KeyError):
        newest("nowhere")


@pytest.mark.parametrize("key", documents())
def test_names_of_sources_are_found_wherever_the_model_uses_them(key: tuple[str, int]) -> None:
    definition, value = documents()[key][1].definition, documents()[key][1].value
    used = {definition.day_zero, definition.status, definition.enrolled, definition.alive}
    for endpoint in definition.endpoints.values():
        used |= _used(endpoint)
    assert {name for _, name in source_names(value)} == used


def test_the_digest_is_of_what_is_said() -> None:
    """Comments, form and order of words say nothing; a number does."""
    loaded = load(TEXT.encode())
    turned = {name: loaded.value[name] for name in reversed(loaded.value)}
    assert load(write_document(turned).encode()).digest == load_value(turned).digest == loaded.digest
    assert load(changed(("window_days: 42", "window_days: 43")).encode()).digest != loaded.digest


@pytest.mark.parametrize(
    "text",
    ["yes", "no", "1e3", "12:30", "0o7", "null", "~", "", " 1", "2026-01-01", "=", "<<", "1_000", ".inf", "γδ T"],
)
def test_a_text_written_is_the_text_read(text: str) -> None:
    assert read_document(write_document({"a": [text]}).encode()).value == {"a": [text]}
