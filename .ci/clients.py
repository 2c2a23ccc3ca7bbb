"""Real clients against a running service: nomenklatura's enricher for yente, and the protocol that OpenRefine speaks.

usage: clients.py URL
"""

import json
import sys
import urllib.parse
import urllib.request

from followthemoney import StatementEntity, model
from followthemoney.dataset import Dataset
from nomenklatura.cache import Cache
from nomenklatura.db import make_session
from nomenklatura.enrich.yente import YenteEnricher

URL = sys.argv[1].rstrip("/") + "/"


def enrich(name, expected_caption):
    dataset = Dataset({"name": "mine", "title": "Mine"})
    config = {"api": URL, "dataset": "default", "type": "yente", "name": "parentage", "cache_days": 0}
    enricher = YenteEnricher(dataset, Cache(make_session("sqlite://"), dataset, create=True), config)
    data = {"id": "q1", "schema": "Company", "properties": {"name": [name], "jurisdiction": ["us"]}}
    entity = StatementEntity.from_data(dataset, data, cleaned=False)
    matches = list(enricher.match(entity))
    assert matches and matches[0].caption == expected_caption, (name, [m.caption for m in matches])
    expanded = list(enricher.expand(entity, matches[0]))
    schemata = {one.schema.name for one in expanded}
    for one in expanded:
        assert one.schema.name in model.schemata, one.schema
    return matches[0], schemata


def get(path):
    with urllib.request.urlopen(URL + path) as answer:
        return json.load(answer)


def post(path, form):
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(URL + path, data=data) as answer:
        return json.load(answer)


def reconcile():
    """What OpenRefine does: manifest, a batch of queries, suggestions, a fetch of properties."""
    manifest = get("reconcile/default")
    for field in ["versions", "name", "identifierSpace", "schemaSpace", "defaultTypes"]:
        assert manifest[field], field
    queries = {
        f"q{at}": {"query": name, "type": "Company", "limit": 3, "properties": []}
        for at, name in enumerate(["Kollsman Inc", "Skydio", "Nobody At All GmbH"])
    }
    answers = post("reconcile/default", {"queries": json.dumps(queries)})
    assert set(answers) == set(queries)
    for answer in answers.values():
        for result in answer["result"]:
            assert isinstance(result["id"], str) and isinstance(result["name"], str)
            assert isinstance(result["score"], (int, float)) and isinstance(result["match"], bool)
            assert all({"id", "name"} <= set(one) for one in result["type"])
    assert answers["q0"]["result"][0]["match"] and not answers["q2"]["result"]
    found = answers["q0"]["result"][0]["id"]
    for kind in ["entity", "type", "property"]:
        service = manifest["suggest"][kind]
        suggested = service["service_url"] + service["service_path"] + "?prefix=co"
        with urllib.request.urlopen(suggested) as answer:
            assert "result" in json.load(answer)
    extend = {"ids": [found], "properties": [{"id": "name"}]}
    rows = post("reconcile/default", {"extend": json.dumps(extend)})["rows"]
    assert rows[found]["name"][0]["str"]


listed, beside = enrich("Skydio", "Skydio, Inc.")
assert listed.get("topics"), listed.to_dict()
assert "Sanction" in beside, beside
owned, beside = enrich("Kollsman Inc", "Kollsman, Inc.")
assert "Ownership" in beside, beside
reconcile()
print("nomenklatura's enricher and the reconciliation protocol are answered")
