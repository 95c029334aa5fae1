"""How sure the words before JSON are that it shows how to answer; of prompts in English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

# How much of the text is looked at, in code points.
_BEFORE: Final = 240

#: How sure the words are.
NO, GUESS, SURE = range(3)

_Words = Sequence[str]

# What parts words: all of ASCII but letters and the apostrophe, and what word processors put in.
_PARTS: Final = str.maketrans(
    {char: " " for char in [*map(chr, range(128)), *"\u2013\u2014\u2018\u201c\u201d\u2026\u2192"] if not char.isalpha()}
    | {"'": "'", "\u2019": "'"}
)
_ENDS: Final = (". ", "? ", "! ")
_ENDS_AT_A_BREAK: Final = (".\n", "?\n", "!\n", ".\r", "?\r", "!\r", "\n\n", "\n\r")
_BRACKETS: Final = re.compile(r"[][{}]")
_OPENS_JSON: Final = re.compile(r'[\[{]\s*+["\[{0-9]')
# How many blocks that stand right before one are passed over to find the words that lead to both.
_PASSED_OVER: Final = 3
_BETWEEN_BLOCKS: Final = ("", "or", "and", "otherwise", "else")


def _words(*listed: str) -> frozenset[str]:
    return frozenset(" ".join(listed).split())


_ANSWER_NOUNS: Final = _words(
    "output outputs response responses answer answers reply replies result results completion"
)
_YOURS: Final = _ANSWER_NOUNS | _words("decision verdict rating judgement judgment assessment evaluation findings")
_EXAMPLES: Final = _words(
    "example examples sample samples expected desired ideal target required preferred valid possible allowed permitted"
    " acceptable correct"
)
# What a sentence speaks of that leads to data.
_IN_EXAMPLES: Final = _ANSWER_NOUNS | _words("json object")
_DATA_NOUNS: Final = _words(
    "data context documents document facts information table tables rows records record passages history knowledge"
    " sources articles snippets chunks excerpts based"
)
# An answer of these is not the one that is asked for.
_OTHERS: Final = _words(
    "api tool server model student candidate actual command search query previous last function agent system http"
    " customer user raw reference gold golden webhook backend endpoint service step llm"
)
# Words that are an answer or the asking for one; behind these they are the former.
_NOUNS_TOO: Final = _words("answer output reply call format structure list print")
_BEFORE_NOUNS: Final = _OTHERS | _words(
    "the this that an a your my our his her its their each every which correct final expected example sample draft"
    " build test compiler job run cli log stage pipeline first second same pretty json program script console terminal"
    " shell bot assistant no any given following wrong"
)
_ANSWER_VERBS: Final = _words(
    "reply respond answer return output produce emit generate write print give provide send yield say create call"
    " invoke replying responding answering returning outputting producing emitting generating writing calling end begin"
    " start finish choose pick"
)
# Verbs for what an assistant does; of others they are said in descriptions of data.
_DOES: Final = _words("replies responds answers outputs emits")
_ASSISTANTS: Final = _words("assistant bot model agent chatbot")
_WANTING_VERBS: Final = _words("want wants expect expects expecting becomes")
_MAKING_VERBS: Final = _words(
    "extract convert transform turn map parse normalize normalise classify label tag format structure represent express"
    " mark set present render report encode summarize summarise identify list show submit formatted represented"
    " expressed score rate grade judge evaluate rank assess decide expect expects"
)
_USING_VERBS: Final = _words("use follow match matching adhere conform comply fill using obey stick respect")
_DEMANDS: Final = _words("must should shall need want")
_MODALS: Final = _words("must should shall needs need has have")
# Those who give data rather than an answer.
_PRONOUNS: Final = _words("i we they he she it i'll i've we'll we've")
_SPEAKERS: Final = _OTHERS | _PRONOUNS
_AUXILIARIES: Final = _words("will would can could may might does do did")
_SAID_OF_DATA: Final = _words(
    "given provided supplied stored encoded attached described saved exported loaded sent shared received logged listed"
    " available returned shown written passed delivered recorded"
)
# What is done to a text in examples of it: `"..." is classified as`.
_DONE_IN_EXAMPLES: Final = _words("classified labelled labeled tagged parsed mapped converted extracted")
# Words that may stand between the verb that asks for an answer and the block.
_FILLERS: Final = _words(
    "a an the this that these those one single only just exactly strictly precisely valid following json object objects"
    " array arrays list dict dictionary map hash payload string literal of with as in like to into it them me us back"
    " such response answer output reply result results structured key keys field fields properties attributes so below"
    " here otherwise else or and then always please your final plain raw pure simple minified compact containing having"
    " eg ie example for instance be look looks contain include follow match conform have each either two three both"
    " format structure follows blob line lines instance nothing but so looking formatted along something"
    " resembling mirroring arguments args parameters params"
)
# Prepositions lead to data but for these words.
_LEADS_ON: Final = {
    "in": _words("json a an the this valid structured following"),
    "to": _words("json a an the this me us be look have contain include follow match conform"),
    "for": _words("example instance"),
}
# JSON behind these is asked for; `this JSON`, `from JSON` is there.
_ASKED_FOR: Final = _words("as in a valid only single to is be raw pure plain return output produce emit generate")
_COMPARING: Final = _words("as like into to eg ie with so along resembling mirroring matching")
_TRAILING: Final = _words(
    "below here exactly shown like as follows is are be of eg ie example for instance strictly precisely only please"
    " this above looks would each every item"
)
_FORMAT_NOUNS: Final = _words("format formats schema")
_FORM_NOUNS: Final = _words(
    "form shape structure layout template skeleton type interface specification spec contract pattern style manner way"
    " convention syntax notation keys fields properties attributes"
)
_ALL_FORMS: Final = _FORMAT_NOUNS | _FORM_NOUNS
_OF_AN_ANSWER: Final = _words(
    "exact exactly output response answer reply return expected required desired json target final specified strict"
)
_LEADS_TO_A_FORMAT: Final = _words("this following exact below")
_POINTING: Final = _words("this following same that these below such the a of")
_OTHER_FORMATS: Final = _words(
    "csv tsv yaml xml markdown html tabular table readable human database db sql graph text log plain bullet prose file"
    " pdf avro parquet legacy dataset warehouse postgres mysql toml"
)
_ONLY_AN_EXAMPLE: Final = _words("eg ie example examples an the here is are one some few shot for instance more of a")
# What sentences begin with, or end with, that say in other words that an answer is to be like what follows.
_OPENINGS: Final = (["expected", "result"], ["expected", "output"], ["expected", "answer"], ["desired", "result"])
_CLOSINGS: Final = (
    ["of", "this", "kind"],
    ["of", "this", "form"],
    ["template"],
    ["fill", "this", "in"],
    ["fill", "it", "in"],
    ["fill", "in"],
    ["looking", "for"],
    ["mirror", "this"],
    ["mirror"],
    ["like", "this", "one"],
)
_EXAMPLE_ENDS: Final = _words("example examples instance eg ie")

_BANS: Final = _words("no without nothing not never")
# How many words a remark has that bans something.
_REMARK: Final = 6

_LABELS: Final = frozenset(
    {"output", "answer", "response", "assistant", "a", "ai", "reply", "completion", "label", "labels", "classification"}
    | {"prediction", "final answer", "action", "action input", "tool call", "function call", "arguments", "output json"}
    | {"json output", "json response", "response json", "example", "examples", "tool input", "structured output"}
    | {"your answer", "your response", "your reply", "your output", "bot", "out", "usage", "tool usage", "structure"}
    | {"keys", "fields"}
)
# Labels of answers in examples only: elsewhere they stand before data.
_LABELS_OF_EXAMPLES: Final = _words(
    "json result extraction extracted entities tags object sentiment intent category class verdict score rating"
    " decision topic topics"
)
_LONGEST_LABEL: Final = 30
_INPUTS: Final = _words("input in text sentence q question review email message utterance user human tweet")
_REQUESTS: Final = _words("request query sql command curl endpoint url call tool get post put run observation select")
_EACH: Final = _words("each every")
_ARROWS: Final = ("->", "=>", "→", "⇒", "➜")
_FIRST_WORD: Final = re.compile(r"[\W_]*+([^\W\d_]++)")


def sureness(text: str, start: int) -> int:
    """Return how sure the words before a place are that what stands there is an instruction."""
    first = max(0, start - _BEFORE)
    before = _without_blocks(text[first:start].rstrip())
    if not before:
        return NO
    if before.endswith(_ARROWS):
        return SURE
    ended = before[-1] in ".!?" and not before.endswith(("e.g.", "i.e.", "..."))
    said = before.rstrip(" \t\r\n.!?:*_#\"'")
    place = _sentence(said)
    words = _words_of(said[place:])
    if not words:
        return NO
    if ended:
        if words[-2:] == ["like", "this"] or any(_points_to_a_format(clause) for clause in _clauses(said, words)):
            return SURE
        return GUESS if before[-1] != "?" and _asks_for_json(words) else NO
    label = _label(said, words, cut=first > 0)
    if label is not None:
        return label
    if words[:2] in _OPENINGS or any(words[-len(closing) :] == closing for closing in _CLOSINGS):
        return SURE
    for clause in _clauses(said, words):
        if _names_a_format(clause) or _names_an_example(clause) or _asks(clause):
            return SURE
    if _speaks_of_your_answer(words) or _asks_for_json(words) or words[-1] == "use" or words[-2:] == ["conform", "to"]:
        return GUESS
    if words[-1] in _EXAMPLE_ENDS or words[-2:] == ["like", "this"]:
        if all(word in _ONLY_AN_EXAMPLE for word in words):
            return GUESS
        earlier = said[:place].rstrip(" \t\r\n.!?")
        words = _words_of(earlier[_sentence(earlier) :])
        return GUESS if words and (_has_a_request(words) or _speaks_of_your_answer(words)) else NO
    return NO


def _clauses(said: str, words: _Words) -> list[_Words]:
    """Return the words of a sentence, and those without a remark at its end: `Output format (no prose):`."""
    clauses = [words]
    if said.endswith(")"):
        remark = len(_words_of(said[said.rfind("(") + 1 :]))
        if 0 < remark < len(words):
            clauses.append(words[:-remark])
    if not _BANS.isdisjoint(words[-_REMARK:]):
        ban = next(place for place in range(max(0, len(words) - _REMARK), len(words)) if words[place] in _BANS)
        if ban:
            clauses.append(words[:ban])
    return clauses


def _words_of(said: str) -> list[str]:
    said = said.lower()
    if "." in said:
        said = said.replace("e.g", "eg").replace("i.e", "ie")
    return said.translate(_PARTS).split()


def _sentence(said: str) -> int:
    """Return where the last sentence begins."""
    ends = _ENDS + _ENDS_AT_A_BREAK if "\n" in said else _ENDS
    last = max(said.rfind(end) for end in ends)
    if last > 2 and said[last - 2 : last + 1] in (".g.", ".e."):
        return _sentence(said[:last])
    return 0 if last < 0 else last + 2


def _without_blocks(before: str) -> str:
    """Return a text without the JSON at its end: `Reply with {...} or` and the next block have one lead."""
    for _ in range(_PASSED_OVER):
        close = max(before.rfind("}"), before.rfind("]"))
        if close < 0 or before[close + 1 :].strip(" \t\r\n,;/|:.").lower() not in _BETWEEN_BLOCKS:
            return before
        depth = 0
        for bracket in reversed(list(_BRACKETS.finditer(before, 0, close + 1))):
            depth += 1 if bracket[0] in "}]" else -1
            if not depth:
                if _OPENS_JSON.match(before, bracket.start()) is None:
                    return before
                before = before[: bracket.start()].rstrip()
                break
        else:
            return ""  # It begins too far away to know what led to it.
    return before


def _label(said: str, words: _Words, *, cut: bool) -> int | None:
    """Judge a line that is a label, such as `Output:`, by what it names and by the line before it.

    Args:
        said: what stands before the block.
        words: the last sentence of it.
        cut: whether there is more before it.

    Returns:
        None where it is not a label, or one that says nothing.
    """
    rest, _, line = said.rpartition("\n")
    label = " ".join(words if len(words) <= 2 or len(line) > _LONGEST_LABEL else _words_of(line))
    if label not in _LABELS and label not in _LABELS_OF_EXAMPLES:
        return None
    rest = rest.rstrip()
    begin = rest.rfind("\n") + 1
    if cut and rest and not begin:
        return SURE if label in _LABELS else NO
    found = _FIRST_WORD.match(rest, begin)
    before = found[1].lower() if found else ""
    if before in _REQUESTS:
        return NO
    if before in _INPUTS:
        return SURE
    return GUESS if label in _LABELS else None


def _points_to_a_format(words: _Words) -> bool:
    """Tell whether a sentence that has ended leads on all the same: `Use the following format.`"""
    end = _without_trailing(words)
    named = end > 0 and words[end - 1] in _ALL_FORMS
    return named and not _LEADS_TO_A_FORMAT.isdisjoint(words[max(0, end - 3) :])


def _without_trailing(words: _Words) -> int:
    """Return how many words there are without those at the end that only point on, such as `as follows`."""
    end = len(words)
    while end and words[end - 1] in _TRAILING:
        end -= 1
    return end


def _names_a_format(words: _Words) -> bool:
    end = _without_trailing(words)
    if words[end - 2 : end] in (["is", "json"], ["be", "json"]):
        end = _without_trailing(words[: end - 1])
    elif end > 3 and words[end - 1] in _ANSWER_NOUNS and words[end - 3] in ("for", "of"):
        end -= 3  # `the schema of your answer`
    if not end or (noun := words[end - 1]) not in _ALL_FORMS:
        return False
    which = words[end - 2] if end > 1 else ""
    if which in _OTHER_FORMATS:
        return False
    if noun in _FORM_NOUNS:
        pointed_at = not _POINTING.isdisjoint(words[max(0, end - 4) : end - 1])
        if which == "the" and end > 2 and words[end - 3] in ("have", "has", "take", "takes", "of"):
            return True
        return which in _OF_AN_ANSWER or (pointed_at and (_has_a_request(words) or _uses(words)))
    if which == "json" and end > 2:
        # `Orders in JSON format` says what data looks like, `in the following JSON format` what an answer has to.
        return words[end - 3] in _OF_AN_ANSWER or words[end - 3] in _POINTING - {"the"} or _has_a_request(words)
    return True


def _names_an_example(words: _Words) -> bool:
    end = len(words)
    while end and words[end - 1] in _TRAILING and words[end - 1] not in _EXAMPLES:
        end -= 1
    if not end:
        return False
    near = words[max(0, end - 6) : end]
    if near[-1] in ("example", "examples", "sample"):
        return not _IN_EXAMPLES.isdisjoint(near[-2:-1]) or _uses(words)
    if near[-1] not in _IN_EXAMPLES:
        return False
    return any(word in _EXAMPLES for word in near) and not any(word in _OTHERS for word in near)


def _asks(words: _Words) -> bool:
    """Tell whether what follows is what a verb asks for: back from the end, only fillers stand before that."""
    if words[-1] in ("is", "are") and not _EACH.isdisjoint(words[-5:]):
        return _has_a_request(words)
    compared = False
    behind = ""
    for place in range(len(words) - 1, -1, -1):
        word = words[place]
        if word in _ANSWER_VERBS and _is_verb(words, place):
            # `Use these facts to write your answer:` asks for no more than that.
            drawn_on = words[place - 1 : place] == ["to"] if behind else word in ("answer", "reply", "respond")
            return compared or not drawn_on or _DATA_NOUNS.isdisjoint(words[:place])
        if word in _WANTING_VERBS or (word in _DOES and place and words[place - 1] in _ASSISTANTS):
            return True
        if behind in ("look", "looks") and word in _ANSWER_NOUNS:
            return _OTHERS.isdisjoint(words[max(0, place - 3) : place])
        if word in ("format", "structure", "express", "represent") and compared:
            return True
        if word in _MODALS and place and behind in _FILLERS:
            return word not in ("has", "have", "need") or behind == "to"
        if word not in _FILLERS or (word in _LEADS_ON and not _leads_on(word, behind, words)):
            if (compared and word in _DONE_IN_EXAMPLES) or (not behind and _is_demanded(words)):
                return True
            said_of_data = word in _SAID_OF_DATA and words[place - 1 : place] != ["be"]
            return compared and not said_of_data and word not in _LEADS_ON and _has_a_request(words)
        compared = compared or word in _COMPARING
        behind = word
    return False


def _is_demanded(words: _Words) -> bool:
    """Tell whether a sentence ends as `Spam should be labelled` does."""
    return words[-2:-1] == ["be"] and not _DEMANDS.isdisjoint(words)


def _speaks_of_your_answer(words: _Words) -> bool:
    """Tell whether a sentence such as `Model your answer on this:` is about the answer, not what it draws on."""
    if "your" not in words or not _DATA_NOUNS.isdisjoint(words) or words[-1] in ("in", "of", "from", "about", "on"):
        return False
    return any(
        word == "your" and not _YOURS.isdisjoint(words[place + 1 : place + 3]) for place, word in enumerate(words)
    )


def _asks_for_json(words: _Words) -> bool:
    """Tell whether a sentence asks for an answer in JSON, whatever else it says: `Score it, and say why, in JSON:`."""
    if "json" not in words or not _DATA_NOUNS.isdisjoint(words) or not _SAID_OF_DATA.isdisjoint(words):
        return False
    before = words[words.index("json") - 1] if words[0] != "json" else ""
    return before in _ASKED_FOR and _has_a_request(words)


def _leads_on(word: str, behind: str, words: _Words) -> bool:
    if not behind:
        return word == "to" and any(verb in _MAKING_VERBS for verb in words)
    return behind in _LEADS_ON[word]


def _has_a_request(words: _Words) -> bool:
    """Tell whether a sentence asks for an answer, or says how it has to be."""
    for place, word in enumerate(words):
        if word in _ANSWER_VERBS or word in _MAKING_VERBS:
            if _is_verb(words, place):
                return True
        elif word in _DEMANDS:
            return True
    return False


def _uses(words: _Words) -> bool:
    return any(word in _USING_VERBS for word in words)


def _is_verb(words: _Words, place: int) -> bool:
    """Tell whether a word asks for something: it is no noun (`the answer`) and says not what others do (`it will`)."""
    before = words[place - 1] if place else ""
    if words[place] in _NOUNS_TOO and (before in _BEFORE_NOUNS or before.endswith(("'s", "s'"))):
        return False
    if words[place] in _NOUNS_TOO and words[place + 1 : place + 2] in (["of"], ["from"]) and not before:
        return False
    if before in _AUXILIARIES:
        return place < 2 or words[place - 2] not in _SPEAKERS
    return before not in _PRONOUNS
