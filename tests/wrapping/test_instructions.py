"""JSON that says how to answer stays JSON, JSON that is to be read does not: which is which, in realistic prompts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaizen_client.embedded import Block, PromptText, protect
from kaizen_client.embedded._spans import Span
from kaizen_client.integrations._wrapping.instructions import is_instruction

ORDER = '{"id": 17, "customer": "Ada Lovelace", "total": 42.5, "status": "shipped"}'
ORDERS = f'[{ORDER}, {{"id": 18, "customer": "Alan Turing", "total": 7, "status": "open"}}]'
ROWS = json.dumps([{"id": row, "customer": f"Customer {row}", "total": row * 1.5} for row in range(1, 5)])
TABLE = json.dumps([{"id": row, "customer": f"Customer {row}", "total": row * 1.5} for row in range(1, 101)])
TICKET = '{"ticket": 9812, "subject": "Refund for order 17", "body": "It came broken.", "priority": "high"}'
DOCUMENTS = '[{"title": "Returns", "text": "Goods go back within 30 days."}, {"title": "Shipping", "text": "By post."}]'
SPAM = '{"label": "spam"}'
PERSON = '{"name": "Ada Lovelace", "born": 1815}'
PEOPLE = '[{"name": "Ada", "type": "PER"}, {"name": "London", "type": "LOC"}, {"name": "ACME", "type": "ORG"}]'
VERDICT = '{"score": 4, "reason": "Correct but too long"}'
SCHEMA = (
    '{"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}, "required": ["name"]}'
)

INSTRUCTIONS = [
    ("reply like", f"Classify the mail. Reply as JSON like {SPAM}"),
    ("this format", f"Extract the person. Return an object in this format: {PERSON}"),
    ("following format", f"Respond in the following format:\n{VERDICT}"),
    ("following JSON format", f"Please answer in the following JSON format:\n\n{VERDICT}"),
    ("JSON format, asked for", f"Return the result in JSON format: {VERDICT}"),
    ("format heading", f"You are a judge.\n\n## Output format\n{VERDICT}\n\nBe strict."),
    ("bold format heading", f"You grade essays.\n\n**Response format:**\n\n{VERDICT}"),
    ("of this kind", f"Your reply has to be a JSON document of this kind:\n{VERDICT}"),
    ("template label", f"Follow the template.\nTemplate:\n\n\n{VERDICT}"),
    ("to be filled in", f"Fill this in: {VERDICT}"),
    ("looking for", f"Here's what I'm looking for:\n\n{VERDICT}"),
    ("to be mirrored", f"Mirror this: {VERDICT}"),
    ("like this one", f"Rewrite the entry below so that it looks like this one: {VERDICT}"),
    ("expected result", f"Expected result for 'a long essay': {VERDICT}. Do the same for the rest."),
    ("format label", f"Format: {VERDICT}"),
    ("JSON format label", f"JSON format: {VERDICT}"),
    ("expected format", f"Expected format:\n{PERSON}"),
    ("schema to use", f"Use this schema: {PERSON}"),
    ("schema below", f"The answer has to match the schema below.\n{PERSON}"),
    ("schema as text", f"Produce objects that are valid against this: {SCHEMA}"),
    ("schema without a lead", SCHEMA),
    ("schema after prose about data", f"Here is what we know about persons. {SCHEMA}"),
    ("schema of an array", 'Rows: {"type": "array", "items": {"type": "string"}}'),
    ("fields described", 'Extract: {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}}'),
    ("schema in a response format", f'{{"name": "person", "schema": {SCHEMA}}}'),
    ("tools", f'You may call: [{{"name": "lookup", "description": "Finds a person", "parameters": {SCHEMA}}}]'),
    ("tools of a vendor", f'Tools: [{{"type": "function", "function": {{"name": "f", "parameters": {SCHEMA}}}}}]'),
    ("placeholder in angles", 'Do your job. {"answer": "<your answer>", "confidence": 0.0} is the format to use'),
    ("dots", 'Persons: {"name": "...", "score": 0.0}'),
    ("braces", 'Persons: {"name": "{{name}}", "city": "{{city}}"}'),
    ("YOUR_", 'Persons: {"name": "YOUR_NAME", "key": "YOUR_API_KEY"}'),
    ("names of types", '{"name": "string", "age": 0}'),
    ("types and comments", 'Fields: {"title": "string", "pages": "integer or null", "tags": "list of strings"}'),
    ("one of", 'Sentiment: {"sentiment": "positive|negative|neutral"}'),
    ("empty form", 'Fill in: {"name": "", "email": "", "phone": null}'),
    ("tool call template", 'To look something up: {"tool": "search", "query": "<what to search for>"}'),
    ("tool call", 'If you need more facts, output {"tool": "search", "query": "price of tin"} and wait.'),
    ("call with", 'When the user wants a person, call find_person with {"name": "Ada"}.'),
    ("error answer", 'If the order is not known, return {"error": "not_found"}.'),
    ("two answers", 'Reply with {"ok": true} or {"ok": false} only.'),
    ("otherwise", 'If it is spam return {"spam": true}, otherwise {"spam": false}.'),
    ("respond only", f"Respond only with a JSON object like this: {SPAM}"),
    ("respond with one of", 'Respond with exactly {"verdict": "yes"} and nothing else.'),
    ("must be", f"Your answer must be a single JSON object: {VERDICT}"),
    ("should look like", f"The output should look like this:\n{VERDICT}"),
    ("should be returned as", f"Results should be returned as JSON like {VERDICT}"),
    ("an array of", f"Return an array of {PERSON} objects."),
    ("extract as", f"Extract the name and the year of birth as JSON: {PERSON}"),
    ("convert into", f"Convert each line of the CSV below into {PERSON}."),
    ("of the form", f"Output one line for each person, of the form {PERSON}"),
    ("such as", f"Emit JSON such as {SPAM}"),
    ("e.g.", f"Answer as JSON, e.g. {SPAM}"),
    ("for example", f"Answer with a JSON object, for example:\n{SPAM}"),
    ("example on its own line", f"Return one JSON object for each mail.\n\nExample:\n{SPAM}"),
    ("example output", f"Example output:\n{SPAM}"),
    ("example of the expected output", f"Here is an example of the expected output:\n\n{VERDICT}"),
    ("sample response", f"Sample response: {VERDICT}"),
    ("few-shot output", f"Input: Win a car now!\nOutput: {SPAM}\n\nInput: Lunch at noon?\nOutput:"),
    ("few-shot output with an array", f"Text: Ada of ACME moved to London\nOutput: {PEOPLE}"),
    ("few-shot, in a line", f"Text: Win a car now! Output: {SPAM}"),
    ("few-shot JSON", f"Sentence: Ada Lovelace was born in 1815.\nJSON: {PERSON}"),
    ("few-shot result", f"Review: Great phone, bad battery.\nResult: {VERDICT}"),
    ("few-shot by letters", f"Q: Is this spam?\nA: {SPAM}"),
    ("few-shot by roles", f"User: I want my money back\nAssistant: {SPAM}"),
    ("few-shot arrow", f"Win a car now -> {SPAM}"),
    ("few-shot tags", f"<example>\n<input>Win a car now</input>\n<output>\n{SPAM}\n</output>\n</example>"),
    ("format tag", f"<output_format>\n{VERDICT}\n</output_format>"),
    ("react action", 'Thought: I need the price.\nAction Input: {"symbol": "ACME"}'),
    ("final answer", f"Final Answer: {VERDICT}"),
    ("behind: where", f"Grade it: {VERDICT}\nWhere score is a number from 1 to 5."),
    ("behind: as your format", f"Use {VERDICT} as your response format."),
    ("behind: structure", f"Keep to the {VERDICT} structure."),
    ("behind: how you answer", f"{VERDICT} is how you answer."),
    ("rubric", f"Judge the answer on a scale of 1 to 5. Give your verdict as {VERDICT}"),
    ("rubric, structured", f"Rate each criterion. Structure your reply like this: {VERDICT}"),
    ("fill in a template", f"Fill in this template: {PERSON}"),
    ("keys", f"Return JSON with the following keys: {PERSON}"),
    ("adhere", f"Adhere strictly to the following structure:\n{PERSON}"),
    ("generate", f"Generate a JSON object with this shape: {PERSON}"),
    ("wrapped line", f"Answer with a JSON object in the\nfollowing form:\n{PERSON}"),
    ("format, described before", f"Return the persons. The format is as follows: {PERSON}"),
    ("sentence that has ended", f"Use the following format.\n{PERSON}"),
    ("long format", "Use this format: " + json.dumps({f"field_{n}": f"what the text says of {n}" for n in range(80)})),
    ("format before a ban", f"OUTPUT FORMAT (strict JSON, no markdown):\n{VERDICT}"),
    ("label without format", f"Your response: {VERDICT}"),
    ("good answer", f"Here is what a good answer looks like: {VERDICT}"),
    ("asked with a question mark", f"Can you give me the result in JSON like this? {VERDICT}"),
    ("structure first, then the verb", f"Provide your output in JSON format with the following structure:\n{VERDICT}"),
    ("score in JSON", f"Score from 1 to 5 with a reason, in JSON: {VERDICT}"),
    ("tool use", f"To use a tool, respond with a JSON object: {ORDER}"),
    ("wrapped in tags", f"Wrap your answer like this:\n<json>\n{VERDICT}\n</json>"),
    ("parser", f"Your output will be parsed with json.loads, so it has to look exactly like {VERDICT}"),
    ("each line", f"Produce JSONL where each line is {PERSON}"),
    ("template for the answer", f"Use the following JSON template for your answer:\n{VERDICT}"),
    ("heading in brackets", f"Judge the essay.\n[Output]\n{VERDICT}"),
    ("valid responses", 'Valid responses: {"ok": true} or {"ok": false}'),
    ("in another paragraph", f"Answer in JSON.\n\n{VERDICT}"),
    ("abbreviated label", f"E.g.: {VERDICT}"),
    ("along the lines of", f"Produce something along the lines of {VERDICT}"),
    ("should be labelled", f"Such mails should be labelled {SPAM}"),
    ("is classified as", f'"Win a car now" is classified as {SPAM}'),
    ("arguments of a tool", 'Invoke it with arguments {"city": "Oslo"}'),
    ("two sentences", f"Your response is a JSON object. It looks like this:\n{VERDICT}"),
    ("context, then the format", f"Use the context to produce JSON like {VERDICT}"),
    ("ban in a sentence that has ended", f"Reply in the JSON format below, no other text.\n\n{VERDICT}"),
    ("format with words", 'Return JSON in this form: {"summary": "two sentences", "risk": "low, medium or high"}'),
]

DATA = [
    ("orders", f"Here are the orders: {ORDERS}"),
    ("order of one customer", f"Here is the order: {ORDER}"),
    ("summarise", f"Summarise this JSON: {ORDER}"),
    ("to CSV", f"Convert the following JSON to CSV: {ORDERS}"),
    ("to YAML format", f"Convert the following JSON to YAML format: {ORDERS}"),
    ("into a table", f"Turn this JSON array into a Markdown table:\n{ORDERS}"),
    ("translate", f"Translate the values in {ORDER} to French."),
    ("return the id", f"Return the id of the most expensive item in {ORDERS}"),
    ("return the names", f"Return the names of all customers from {ORDERS}."),
    ("answer using", f"Answer using this data: {ORDERS}"),
    ("answer only from", f"You must answer using only the following documents: {DOCUMENTS}"),
    ("must be based on", f"Your answer must be based on the following context:\n{DOCUMENTS}"),
    ("API response in JSON format", f"The API response in JSON format: {ORDERS}"),
    ("data in JSON format", f"Data in JSON format: {ORDERS}"),
    ("given in JSON format", f"The orders are given below in JSON format: {ORDERS}"),
    ("given as JSON", f"Answer the question about the order, which is given as JSON: {ORDER}"),
    ("as JSON", f"The order as JSON: {ORDER}"),
    ("big table in a format", f"Return the orders in this format: {TABLE}"),
    ("big table as output", f"Output: {TABLE}"),
    ("big table in an object", f'Return JSON: {{"orders": {TABLE}}}'),
    ("table behind a label", f"Response:\n{ROWS}"),
    ("whole text", ORDERS),
    ("whole text, an object", ORDER),
    ("context", f"Context:\n{DOCUMENTS}\n\nQuestion: How long can I return goods?"),
    ("documents tag", f"<documents>\n{DOCUMENTS}\n</documents>\n\nAnswer as JSON."),
    ("data tag", f"Answer the question from the data.\n<data>{ORDERS}</data>"),
    ("retrieved chunks", f"Retrieved passages: {DOCUMENTS}"),
    ("search results", f"Search results: {DOCUMENTS}"),
    ("ticket", f"Ticket: {TICKET}\n\nWrite a friendly answer."),
    ("answer a ticket", f"Write a reply to this ticket: {TICKET}"),
    ("reply for", f"Generate a response for {TICKET}"),
    ("support history", f"The customer's previous tickets are: [{TICKET}]"),
    ("customer record", f"Customer record: {PERSON}"),
    ("user profile", f"User profile (JSON): {PERSON}"),
    ("tool output", f"Tool output: {ORDER}"),
    ("tool result", f"The tool returned: {ORDER}"),
    ("tool answered", f"The lookup tool returned the following JSON object: {ORDER}"),
    ("function returns", f"get_order(17) returns the following: {ORDER}"),
    ("observation", f"Action: lookup\nObservation: {ORDER}\nThought:"),
    ("result of a query", f"SQL: DESCRIBE orders\nResult: {ORDERS}"),
    ("rows of SQL", f"The query returned these rows: {ORDERS}"),
    ("SQL question", f"Question: Who spent most?\nRows: {ORDERS}"),
    (
        "database schema",
        'Database schema: [{"table": "orders", "columns": ["id", "total"]}, {"table": "c", "columns": ["id"]}]',
    ),
    ("columns and types", 'Columns: [{"column": "id", "type": "integer"}, {"column": "name", "type": "string"}]'),
    ("log line", 'Log: {"level": "error", "msg": "connection refused", "host": "db-1", "ts": 1718000000}'),
    ("logs in lines", 'Logs:\n{"level": "info", "msg": "started"}\n{"level": "error", "msg": "refused"}'),
    ("find the cause", 'What went wrong here? {"level": "error", "msg": "refused", "host": "db-1"}'),
    ("metrics", 'Metrics of the last hour: {"p50": 12, "p95": 80, "errors": 3}'),
    ("counts of nothing", 'Counts: {"errors": 0, "warnings": 0}'),
    ("config", 'Review this configuration: {"replicas": 3, "image": "web:1.2", "port": 8080}'),
    ("explain", f"Explain what this JSON means: {ORDER}"),
    ("compare", f'Compare {ORDER} with {{"id": 18, "total": 3, "status": "open"}}'),
    ("student's answer", f"Grade the student's answer: {VERDICT}"),
    ("model output to judge", f"Judge the following model output: {VERDICT}"),
    ("actual output", f"Actual output: {ORDER}"),
    ("evaluate a response", f"Evaluate this response: {VERDICT}"),
    ("feedback", f"Provide feedback on this answer: {VERDICT}"),
    ("unit tests", f"Write unit tests for {ORDER}"),
    ("SQL inserts", f"Write SQL insert statements for these rows: {ORDERS}"),
    ("report", f"Generate a report from the following data:\n{ORDERS}"),
    ("extract from", f"Extract all names from this JSON: {ORDERS}"),
    ("classify each", f"Classify each of these tickets: [{TICKET}]"),
    ("classify, as JSON", f"Classify the ticket below. Answer in JSON.\n\nTicket:\n{TICKET}"),
    ("yes or no", f"Answer with yes or no, is this order late: {ORDER}"),
    ("sorted", f"Sort these orders by total: {ORDERS} Thanks!"),
    ("pretty-print", f"Pretty-print the following: {ORDER}"),
    ("product catalogue", 'Catalogue: [{"sku": "A1", "price": 9.99}, {"sku": "B2", "price": 5}]'),
    ("weather", 'The weather today: {"city": "Oslo", "temp_c": -3, "wind": "N"}'),
    ("webhook", f"We received this webhook payload: {ORDER}"),
    ("request and response", f"Request: GET /orders/17\nResponse: {ORDER}"),
    (
        "transcript",
        'Conversation so far: [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]',
    ),
    ("GeoJSON", 'Place: {"type": "Feature", "properties": {"name": "Oslo"}, "geometry": {"type": "Point"}}'),
    ("masked data", 'Customer: {"id": 5, "name": "Ada", "mail": "<redacted>", "plan": "pro", "since": 2019}'),
    ("what we sell", f"You are a shop assistant. Our stock is {ORDERS}"),
    ("I'll give you", f"I'll give you a list: {ORDERS} Then I ask questions."),
    ("question, then rows", f"Which order is the most expensive? {ORDERS}"),
    ("no lead", f"{ORDERS}\n\nWhich of these are late?"),
    ("e-mail headers", 'Mail: {"from": "Bob <bob@example.com>", "id": "<a1@example.com>", "subject": "Hi"}'),
    ("rows where", f"Count the rows of {ORDERS} where total is above 10."),
    ("calendar", 'My calendar for today: [{"at": "09:00", "what": "Stand-up"}, {"at": "12:00", "what": "Lunch"}]'),
    ("diff", f"Old version: {ORDER}\nNew version: {ORDER}"),
    ("user input", f"The user submitted the following form: {PERSON}"),
    ("reply to a message", 'Respond to this customer message: {"from": "Ada", "text": "Where is my parcel?"}'),
    ("facts to answer", 'Use the following facts to answer: [{"fact": "Tin melts at 232 C"}]'),
    ("output of a step", f"Output of the previous step: {ORDER}"),
    ("output of a build", 'The build output: {"ok": false, "failed": ["test_a"]}'),
    ("survey", 'The survey responses: [{"q1": "yes"}, {"q1": "no"}]'),
    ("reference answer", 'Reference answer:\n{"text": "A metal"}'),
    ("response to grade", 'Grade the response below.\n\nResponse to grade:\n{"text": "A metal"}'),
    ("knowledge base", 'Knowledge base: [{"q": "Returns?", "a": "30 days"}, {"q": "Shipping?", "a": "By post"}]'),
    ("text before a request in JSON", f"Extract the customer from {ORDER} and return it as JSON."),
    ("order, then the format asked for", f"{ORDER}\n\nThe above is the order. Reply in JSON."),
    ("board", "Board: [[1, 0, 2], [0, 1, 0], [2, 0, 1]]\nYour move."),
    (
        "passages to write from",
        'Use these passages to write your answer: [{"text": "Tin is soft"}, {"text": "It melts"}]',
    ),
    ("base your answer on", 'Base your answer on {"text": "Tin is soft", "score": 0.8}'),
    ("for each", f"{ORDERS}\n\nFor each order, write a line."),
    ("format it, behind", f"{ORDERS}\n\nFormat this as a table."),
    ("replace, behind", f"{ORDER}\nReplace each value by its length."),
    ("memory", 'What you know about the user: {"likes": ["tea", "chess"], "lives_in": "Oslo"}'),
    ("settings", 'User preferences: {"tone": "friendly", "language": "en"}'),
]

# Known to be judged wrongly. An instruction that is taken for data has to be marked by `protect`; data that is taken
# for an instruction stays as long as it was.
INSTRUCTIONS_TAKEN_FOR_DATA = [
    ("no verb", f"Only the JSON, no prose: {VERDICT}"),
    ("too far away", f"Use this format{', with care' * 40}: {VERDICT}"),
    ("another language", f"Antworte als JSON wie {VERDICT}"),
    ("short array as few-shot output", f"Some text that goes before.\nOutput: {ROWS}"),
    ("mapping without a word", f'"Win a car now": {SPAM}'),
    ("condition only", f"For spam: {SPAM}"),
    ("the keys of it", f"Use the keys and types of this object: {PERSON}"),
    ("key named in prose", f"The key label says which class it is {SPAM}"),
]
DATA_TAKEN_FOR_INSTRUCTIONS = [
    ("asked for a schema of it", f"Create a JSON schema for this: {ORDER}"),
    ("asked to sort", f"Sort these orders by total and return them: {ORDERS}"),
    ("said in the wrong order", f"Return the orders over 10 dollars from this list in JSON format: {ORDERS}"),
    ("output without a command", f"Output: {ORDER}"),
    ("instruction in an earlier paragraph", f"Return only valid JSON.\n\n{ORDER}"),
    ("output of a function", f"get_order output: {ORDER}"),
    ("score it by numbers", 'Score this answer from 0 to 10: {"text": "Tin is soft", "by": "Ada"}'),
    ("nothing in it", 'The process printed {"stdout": "", "stderr": ""}'),
    ("types of columns", 'Columns of the table: {"id": "integer", "total": "float"}'),
    ("masked whole", 'Customer: {"name": "<PERSON>", "city": "<LOCATION>"}'),
    ("a schema to explain", f"Explain this: {SCHEMA}"),
]


@pytest.mark.parametrize(("what", "text"), INSTRUCTIONS, ids=[what for what, _ in INSTRUCTIONS])
def test_what_says_how_to_answer_is_an_instruction(what: str, text: str) -> None:
    blocks = PromptText(text).blocks
    assert [is_instruction(text, block) for block in blocks] == [True] * max(1, len(blocks))


@pytest.mark.parametrize(("what", "text"), DATA, ids=[what for what, _ in DATA])
def test_what_is_to_be_read_is_data(what: str, text: str) -> None:
    blocks = PromptText(text).blocks
    assert [is_instruction(text, block) for block in blocks] == [False] * max(1, len(blocks))


@pytest.mark.parametrize(("what", "text"), INSTRUCTIONS_TAKEN_FOR_DATA)
def test_instructions_that_are_missed(what: str, text: str) -> None:
    assert [is_instruction(text, block) for block in PromptText(text).blocks] == [False]


@pytest.mark.parametrize(("what", "text"), DATA_TAKEN_FOR_INSTRUCTIONS)
def test_data_that_is_left_alone(what: str, text: str) -> None:
    assert [is_instruction(text, block) for block in PromptText(text).blocks] == [True]


def test_data_and_instruction_in_one_prompt_are_told_apart() -> None:
    text = f"Classify the ticket.\n\nTicket: {TICKET}\n\nAnswer in this format: {SPAM}\n\nEarlier tickets:\n[{TICKET}]"
    assert [is_instruction(text, block) for block in PromptText(text).blocks] == [False, True, False]


def test_protected_parts_are_no_blocks_to_judge() -> None:
    text = f"Antworte wie {protect(SPAM)}: {ORDER}"
    assert [is_instruction(text, block) for block in PromptText(text).blocks] == [False]


class CountedText(str):
    """Counts the code points that are copied from it."""

    __slots__ = ("copied",)
    copied: int

    def __getitem__(self, key: Any) -> str:
        part = super().__getitem__(key)
        self.copied += len(part)
        return part


HOSTILE = [
    ("many blocks", '{"a": 1} ' * 100_000),
    ("many leads", 'Reply as JSON like {"a": 1}\n' * 30_000),
    ("one line of words", "answer " * 140_000 + SPAM + " where" * 1000),
    ("no break", "a" * 1_000_000 + " " + SPAM),
    ("spaces", SPAM.join([" " * 500_000] * 2)),
    ("brackets before", "]" * 500_000 + " " + SPAM + "\n" + "[" * 100),
    ("quotes of abbreviations", "e.g. " * 200_000 + SPAM),
]


@pytest.mark.parametrize(("what", "text"), HOSTILE, ids=[what for what, _ in HOSTILE])
def test_what_is_copied_of_a_long_text_is_bounded_for_each_block(what: str, text: str) -> None:
    blocks = PromptText(text).blocks
    counted = CountedText(text)
    for block in [*blocks[:2000], *blocks[-10:]]:
        counted.copied = 0
        is_instruction(counted, block)
        assert counted.copied <= 500


class CountedList(list[Any]):
    """Counts the items that are taken from it, one by one or in slices."""

    taken = 0

    def __iter__(self) -> Any:
        for item in super().__iter__():
            CountedList.taken += 1
            yield item

    def __getitem__(self, key: Any) -> Any:
        found = super().__getitem__(key)
        CountedList.taken += len(found) if isinstance(key, slice) else 1
        return found


def test_a_large_value_is_not_walked_whole() -> None:
    deep: Any = CountedList()
    for _ in range(100):
        deep = CountedList([deep] * 1000)
    flat = CountedList(CountedList([str(row), row]) for row in range(10_000))
    wide = {f"key {place}": CountedList(["..."] * 5000) for place in range(10_000)}
    for value in (deep, flat, wide):
        CountedList.taken = 0
        is_instruction(f"Data: {SPAM}", Block(PromptText(f"Data: {SPAM}").blocks[0].span, value))
        assert CountedList.taken <= 100


WORDS = sorted(
    {"reply", "as", "json", "like", "this", "format", "your", "answer", "the", "data", "output", ":", ".", "\n", "e.g."}
    | {"(no prose)", "from", "in", "is", "{", "]", "<output>", "\u2019", "Text:", "->", "example", "must", "be", "\n\n"}
)
leads = st.lists(st.sampled_from(WORDS) | st.text(max_size=5), max_size=12).map(" ".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.sampled_from(["...", "<x>", "string", ""]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8) | st.just("type"), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(leads, values, leads)
def test_any_text_gets_one_answer(before: str, value: Any, behind: str) -> None:
    text = f"{before} {json.dumps(value)} {behind}"
    for block in PromptText(text).blocks:
        answer = is_instruction(text, block)
        assert answer is is_instruction(text, block)


@given(leads, leads, leads, st.sampled_from([SPAM, ORDER, ROWS]))
def test_text_that_is_far_away_makes_no_difference(far: str, before: str, behind: str, json_text: str) -> None:
    near = "x" * 300 + f"\n\n{before} {json_text}"
    text = near + behind.ljust(300)
    span = Span(len(near) - len(json_text), len(near))
    block = Block(span, json.loads(json_text))
    moved = Block(Span(span.start + len(far), span.end + len(far)), block.value)
    assert is_instruction(text, block) is is_instruction(far + text + far, moved)


@given(st.sampled_from([text for _, text in INSTRUCTIONS + DATA if not PromptText(text).is_json]))
def test_more_text_in_other_paragraphs_makes_no_difference(text: str) -> None:
    longer = f"You help people in a shop.\n\n{text}\n\nThank you."
    before = [is_instruction(text, block) for block in PromptText(text).blocks]
    assert [is_instruction(longer, block) for block in PromptText(longer).blocks] == before
