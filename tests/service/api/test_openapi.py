"""GET /openapi.json and /docs: a valid description of every operation, to which real answers conform."""

import re
from html import unescape

import pytest
from jsonschema import Draft202012Validator

METHODS = {"get", "post", "delete"}
TEXT = {"type": "string", "minLength": 1}
CONTENT = {
    "type": "object",
    "minProperties": 1,
    "additionalProperties": {"properties": {"schema": {"type": "object"}}},
}
PARAMETER = {
    "required": ["name", "in", "schema"],
    "properties": {"name": TEXT, "in": {"enum": ["path", "query", "header"]}, "required": {"type": "boolean"}},
    "if": {"properties": {"in": {"const": "path"}}},
    "then": {"required": ["required"], "properties": {"required": {"const": True}}},
}
OPERATION = {
    "required": ["operationId", "summary", "description", "responses"],
    "properties": {
        "operationId": TEXT,
        "summary": TEXT,
        "description": TEXT,
        "parameters": {"type": "array", "items": PARAMETER},
        "requestBody": {"required": ["content"], "properties": {"content": CONTENT}},
        "responses": {
            "minProperties": 1,
            "propertyNames": {"pattern": "^[1-5][0-9]{2}$"},
            "additionalProperties": {
                "required": ["description"], "properties": {"description": TEXT, "content": CONTENT},
            },
        },
        "security": {"type": "array", "items": {"type": "object", "additionalProperties": {"type": "array"}}},
    },
}  # fmt: skip
DESCRIPTION = {
    "required": ["openapi", "info", "paths", "components"],
    "properties": {
        "openapi": {"pattern": r"^3\.1\.\d+$"},
        "info": {"required": ["title", "version"], "properties": {"title": TEXT, "version": TEXT}},
        "paths": {
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "additionalProperties": OPERATION, "propertyNames": {"enum": sorted(METHODS)}, "minProperties": 1,
            },
        },
        "components": {"required": ["schemas", "securitySchemes"]},
    },
}  # fmt: skip

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def api(client):
    return client.get("/openapi.json").json


def operations(api):
    return {(method, path): one for path, methods in api["paths"].items() for method, one in methods.items()}


def test_it_works(client):
    answer = client.get("/openapi.json")
    assert (answer.status_code, answer.content_type) == (200, "application/json")


def test_it_is_openapi_31_by_its_structure(api):
    assert [error.message for error in Draft202012Validator(DESCRIPTION).iter_errors(api)] == []


def test_every_schema_is_a_json_schema_and_every_reference_leads_to_one(api):
    schemas = api["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)

    referred = set(re.findall(r'"\$ref": "([^"]+)"', re.sub("'", '"', str(api))))
    assert referred <= {f"#/components/schemas/{name}" for name in schemas}


def test_operations_have_names_of_their_own_and_a_parameter_for_each_part_of_the_path(api):
    found = operations(api)
    assert len({one["operationId"] for one in found.values()}) == len(found)
    for (_, path), one in found.items():
        in_path = [each["name"] for each in one["parameters"] if each["in"] == "path"]
        assert in_path == re.findall(r"\{(\w+)\}", path)


def test_everything_under_api_and_health_is_described(app, api):
    served = {
        (method.lower(), re.sub(r"<(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") or rule.rule in {"/healthz", "/readyz", "/metrics"}
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert operations(api).keys() == served


def test_what_needs_a_key_says_so_and_describes_its_refusal(api):
    schemes = api["components"]["securitySchemes"].keys()
    needing = {key: one for key, one in operations(api).items() if "security" in one}
    free = {path for _, path in operations(api).keys() - needing.keys()}

    assert free == {"/api/v1/inquiries", "/api/v1/incoming/{target}", "/healthz", "/readyz"}
    for one in needing.values():
        assert {name for each in one["security"] for name in each} <= schemes
        assert {"401", "403"} <= one["responses"].keys()


def test_every_object_describes_its_fields(api):
    assert [
        name
        for name, one in api["components"]["schemas"].items()
        if one["type"] == "object" and not one.get("properties")
    ] == []


def test_every_operation_that_asks_the_database_describes_its_503(api):
    without = {path for (_, path), one in operations(api).items() if "503" not in one["responses"]}
    assert without == {"/healthz"}


def test_the_form_post_is_described(api):
    described = api["paths"]["/api/v1/inquiries"]["post"]["requestBody"]["content"].keys()
    assert described == {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}


def test_the_refusal_of_a_version_is_described(api):
    assert "422" in api["paths"]["/api/v1/tickets/{ticket_id}/confirm"]["post"]["responses"]


def test_the_page_lists_every_operation_and_every_object(client, api):
    page = unescape(client.get("/docs").get_data(as_text=True))

    for (method, path), one in operations(api).items():
        assert f'id="{one["operationId"]}"' in page
        assert f"<b>{method.upper()}</b> {path}<" in page
        assert one["summary"] in page
    for name in api["components"]["schemas"]:
        assert f'id="{name}"' in page
