"""POST /api/v1/classify/batch: up to 1,000 decisions, in the order in which the texts came."""

import pytest

URL = "/api/v1/classify/batch"
QUESTIONS = [
    {"text": "Where is my order? It should have been delivered on Monday."},
    {"text": "I cannot log in, the password reset never arrives.", "subject": "Account"},
    {"text": "Waar blijft mijn bestelling?", "language": "nl"},
    {"text": "Please delete all personal data that you hold about me."},
    {"text": "Where is my order? It should have been delivered on Monday."},
]

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_it_works(client, key, store):
    answer = client.post(URL, json={"inquiries": QUESTIONS}, headers=key("classify"))

    assert (answer.status_code, answer.content_type, answer.json.keys()) == (200, "application/json", {"decisions"})
    categories = [decision["category"] for decision in answer.json["decisions"]]
    assert categories[:2] == ["order_status", "account_access"]
    assert categories[3:] == ["privacy_request", "order_status"]
    assert store.inquiries.count_received() == 0


def test_each_gets_the_decision_that_it_gets_alone(client, key):
    header = key("classify")
    alone = [client.post("/api/v1/classify", json=question, headers=header).json for question in QUESTIONS]

    assert client.post(URL, json={"inquiries": QUESTIONS}, headers=header).json == {"decisions": alone}


def test_a_thousand_are_answered_in_order(client, key):
    texts = [f"Where is my order {number}?" for number in range(1_000)]
    answer = client.post(URL, json={"inquiries": [{"text": text} for text in texts]}, headers=key("classify"))

    assert [decision["intents"][0]["text"] for decision in answer.json["decisions"]] == texts


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"inquiries": [{"text": "Hello"}] * 1_001}, "inquiries"),
        ({"inquiries": []}, "inquiries"),
        ({}, "inquiries"),
        ({"inquiries": "Hello"}, "inquiries"),
        ({"inquiries": {"text": "Hello"}}, "inquiries"),
        ({"inquiries": [{"text": "Hello"}, {"text": ""}]}, "inquiries.1.text"),
        ({"inquiries": [{"text": "Hello"}, {"text": "a\ud800"}]}, "inquiries.1.text"),
        ({"inquiries": [{"text": "Hello", "name": "Anna"}]}, "inquiries.0.name"),
        ({"inquiries": ["Hello"]}, "inquiries.0"),
        ({"inquiries": [None]}, "inquiries.0"),
        ({"inquiries": [{"text": "Hello"}], "language": "nl"}, "language"),
    ],
    ids=["1001", "none", "no list", "text", "table", "blank", "surrogate", "name", "texts", "null", "outside"],
)
def test_a_wrong_value_is_a_422_that_names_its_place(client, key, problem, body, field):
    assert problem(client.post(URL, json=body, headers=key("classify"))) == (422, [field])


def test_over_one_mebibyte_is_a_413(client, key, problem):
    body = {"inquiries": [{"text": "x" * 15_000}] * 75}
    assert problem(client.post(URL, json=body, headers=key("classify"))) == (413, [])
