"""What the service is held to, measured: python3 benches/service.py WHAT [PROGRAM] [-- ARGUMENTS OF SERVE]

WHAT is one of
  start   milliseconds from the start of the process to the first answer, five times
  load    single screens a second and their 99th percentile (needs wrk)
  swaps   200 changes of the snapshot under load: errors, and answers that are of none of both or of another than they say
  kills   50 times SIGKILL during a job: the result against `screen --in`
  decisions  200 times SIGKILL while somebody decides: what was acknowledged has to be there, and the log whole
  typed   names typed letter by letter, found by /v1/entities: milliseconds (of a list of a million: -- --snapshot FILE)
  portfolio  a million customers that are watched (CUSTOMERS in the environment): seconds from a changed listing to the
          first webhook, and of the first look at everybody
  soak    20 minutes under load (MINUTES in the environment): memory of the process
  logic   the same names by nomenklatura's logic-v2, twenty candidates each, as yente scores them (needs nomenklatura)
"""

import http.client
import http.server
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

WHAT = sys.argv[1]
OWN = sys.argv[2:]
PROGRAM = OWN.pop(0) if OWN and OWN[0] != "--" else "target/release/parentage"
ARGUMENTS = OWN[1:]
NAMES = [
    "Kollsman Inc", "Skydio", "Nobody At All GmbH", "Lockheed Martin Corporation", "Boeing Defense",
    "Quiet Harbour Ltd", "Acme Trading Co", "General Dynamics", "Tech Insights Europe Ltd", "Sunrise Foods Limited",
]  # fmt: skip


class Service:
    def __init__(self, *arguments):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        listen = ["serve", "--listen", f"127.0.0.1:{self.port}", *ARGUMENTS, *arguments]
        self.process = subprocess.Popen([PROGRAM, *listen], stderr=subprocess.DEVNULL)
        while True:
            try:
                self.ask("GET", "/healthz")
                return
            except OSError:
                time.sleep(0.001)

    def ask(self, method, path, body=None, kind="application/json", connection=None):
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        body = json.dumps(body) if isinstance(body, dict) else body
        own.request(method, path, body, {"content-type": kind})
        answer = own.getresponse()
        data = answer.read()
        if not connection:
            own.close()
        return answer.status, data, answer

    def screen(self, name, connection=None, **more):
        status, data, answer = self.ask("POST", "/v1/screen", {"name": name, **more}, connection=connection)
        return status, json.loads(data), answer

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))

    def end(self):
        self.process.kill()
        self.process.wait()


def start():
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        service = Service()
        assert service.screen("Kollsman Inc")[0] == 200
        times.append(1e3 * (time.perf_counter() - begun))
        service.end()
    print("start to first answer, ms:", " ".join(f"{one:.0f}" for one in sorted(times)))


def wrk(service, seconds, connections=8):
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        names = ",".join(json.dumps(name) for name in NAMES)
        script.write(
            f"local names, n = {{{names}}}, 0\n"
            'wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\n'
            "request = function()\n n = n + 1\n"
            " return wrk.format(nil, '/v1/screen', nil, '{\"name\":\"' .. names[n % #names + 1] .. '\"}')\nend\n"
        )
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "-s", script.name, "--latency"]
        return subprocess.run([*command, f"http://127.0.0.1:{service.port}"], capture_output=True, text=True).stdout


def load():
    service = Service()
    for name in NAMES:
        service.screen(name)
    told = wrk(service, 15)
    wanted = [line.strip() for line in told.splitlines() if "99%" in line or "Requests/sec" in line or "Non-2xx" in line]
    print("; ".join(wanted))
    service.end()


def two_snapshots(folder):
    head = "list,name,country\n"
    rows = "".join(f"CN-UEL,Quarry {at} Works,US\n" for at in range(50))
    files = []
    for name, more in [("one", ""), ("two", "CN-UEL,Pelican Shipping,US\n")]:
        os.makedirs(f"{folder}/{name}")
        with open(f"{folder}/{name}/list.csv", "w") as out:
            out.write(head + rows + more)
        files.append(f"{folder}/{name}.snapshot")
        subprocess.run(
            [PROGRAM, "build", "--lists", f"{folder}/{name}", "--rules", "embedded", "--ownership", "embedded",
             "--out", files[-1], "--quiet"], check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    return files


def swaps():
    with tempfile.TemporaryDirectory() as folder:
        one, two = two_snapshots(folder)
        service = Service("--snapshot", one, "--data", f"{folder}/data")
        first = json.loads(service.ask("GET", "/v1/snapshots")[1])["in_use"]
        digests = []
        for file in (one, two):
            with open(file, "rb") as data:
                status, told, _ = service.ask("POST", "/v1/snapshots", data.read(), "application/octet-stream")
            assert status == 201, told
            digests.append(json.loads(told)["digest"])
        assert digests[0] == first
        ended, counts = threading.Event(), {"answers": 0, "errors": 0, "mixed": 0}

        def asker():
            connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
            while not ended.is_set():
                status, own, answer = service.screen("Pelican Shipping", connection)
                counts["answers"] += 1
                counts["errors"] += status != 200
                expected = {digests[0]: "clear", digests[1]: "hit"}.get(own.get("snapshot"))
                right = own.get("verdict") == expected and answer.headers["parentage-snapshot"] == own["snapshot"]
                counts["mixed"] += not right

        askers = [threading.Thread(target=asker) for _ in range(4)]
        for one in askers:
            one.start()
        begun = time.perf_counter()
        for at in range(200):
            path = f"/v1/snapshots/{digests[at % 2]}/activate?allow_shrink=true"
            assert service.ask("POST", path)[0] == 200
        took = time.perf_counter() - begun
        ended.set()
        for one in askers:
            one.join()
        print(f"200 swaps in {took:.1f} s:", counts)
        service.end()


def kills():
    with tempfile.TemporaryDirectory() as folder:
        parties = f"{folder}/parties.csv"
        with open(parties, "w") as out:
            out.write("id,name\n")
            out.writelines(f"{at},{NAMES[at % len(NAMES)]} {at}\n" for at in range(400_000))
        service = Service("--data", f"{folder}/data")
        with open(parties, "rb") as data:
            status, told, _ = service.ask("POST", "/v1/jobs?as_of=2026-11-24", data.read(), "text/csv")
        assert status == 202, told
        path = f"/v1/jobs/{json.loads(told)['id']}"
        killed = 0
        while killed < 50:
            time.sleep(random.uniform(0.05, 0.6))
            if json.loads(service.ask("GET", path)[1])["state"] == "done":
                break
            service.process.send_signal(signal.SIGKILL)
            service.process.wait()
            killed += 1
            service = Service("--data", f"{folder}/data")
        while (state := json.loads(service.ask("GET", path)[1])["state"]) in ("queued", "running"):
            time.sleep(0.2)
        assert state == "done", service.ask("GET", path)[1]
        result = service.ask("GET", path + "/result")[1]
        answers = f"{folder}/answers.csv"
        subprocess.run([PROGRAM, "screen", "--in", parties, "--as-of", "2026-11-24", "--out", answers, "--quiet"], check=True)
        with open(answers, "rb") as out:
            same = out.read() == result
        print(f"{killed} times killed; the result is {'the same byte for byte' if same else 'ANOTHER ONE'}")
        service.end()


def decisions():
    """Decides all the time while the service is killed 200 times; every decision that was acknowledged has to be there."""
    with tempfile.TemporaryDirectory() as folder:
        data = f"{folder}/data"
        service = Service("--data", data)
        party = {"name": "Skydio, Inc."}
        entity = json.loads(service.ask("POST", "/v1/screen", json.dumps(party))[1])["matches"][0]["entity"]["id"]
        kept, killed, at = set(), 0, 0
        while killed < 200:
            until = time.perf_counter() + random.uniform(0.01, 0.15)
            killer = threading.Timer(until - time.perf_counter(), service.process.send_signal, [signal.SIGKILL])
            killer.start()
            while True:
                at += 1
                body = {"party": dict(party, id=str(at)), "entity": entity, "outcome": "unsure", "reason": "asked", "by": "a"}
                try:
                    status, told, _ = service.ask("POST", "/v1/decisions", json.dumps(body))
                except (OSError, http.client.HTTPException):
                    break
                assert status == 201, told
                kept.add(str(at))
            service.process.wait()
            killed += 1
            service = Service("--data", data)
        service.end()
        listed = subprocess.run([PROGRAM, "decisions", f"{data}/decisions.db", "--format", "jsonl"], capture_output=True, check=True)
        there = {json.loads(line)["party_id"] for line in listed.stdout.splitlines()}
        whole = subprocess.run([PROGRAM, "audit", "verify", data], capture_output=True, text=True)
        print(f"{killed} times killed; {len(kept)} decisions acknowledged, {len(kept - there)} of them lost; log: {whole.stdout or whole.stderr}".strip())


def typed():
    service = Service()
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    asked = ["Kolls", "Elbit Sys", "Trading Co", "Harbour", "Global Ship", "Tern", "Nobody At", "General Dyn", "a b"]
    times = []
    for _ in range(3):
        for whole in asked:
            for letters in range(1, len(whole) + 1):
                path = f"/v1/entities?limit=8&name={whole[:letters].replace(' ', '%20')}"
                begun = time.perf_counter()
                assert service.ask("GET", path, connection=connection)[0] == 200
                times.append((1e3 * (time.perf_counter() - begun), whole[:letters]))
    times.sort()
    slowest = ", ".join(f"`{name}` {took:.0f}" for took, name in times[-3:])
    print(f"keystroke to result, ms: median {times[len(times) // 2][0]:.1f}, 99 of 100 within {times[len(times) * 99 // 100][0]:.1f}; slowest {slowest}")
    service.end()


class Hook(http.server.BaseHTTPRequestHandler):
    came = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        Hook.came.append((time.perf_counter(), json.loads(body)["data"]["events"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def portfolio():
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        one, two = two_snapshots(folder)
        customers = os.environ.get("CUSTOMERS")
        if not customers:
            customers = f"{folder}/customers.csv"
            words = ["Harbour", "Pine", "Trading", "Steel", "Orient", "Quiet", "North", "Delta", "Foods", "Marine"]
            drawn = random.Random(7)
            with open(customers, "w") as out:
                out.write("id,name,country\n")
                for at in range(1_000_000):
                    out.write(f"{at},{drawn.choice(words)} {drawn.choice(words)} {at % 9973} Ltd,GB\n")
        with open(customers, "a") as out:
            out.write("last,Pelican Shipping,US\n")
        secret = f"{folder}/secret"
        with open(secret, "w") as out:
            out.write("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqr")
        url = f"http://127.0.0.1:{receiver.server_port}/"
        service = Service("--data", f"{folder}/data", "--snapshot", one, "--portfolio", customers, "--webhook", url,
                          "--webhook-secret", secret, "--webhook-allow", "127.0.0.1")  # fmt: skip
        def ran():
            return json.loads(service.ask("GET", "/v1/portfolio")[1])["last_run"]
        while not ran():
            time.sleep(0.1)
        first = ran()
        print(f"first look: {first['parties']} customers in {first['took'] / 1e3:.1f} s, {service.memory() // 1024} MB")
        for file, change in [(two, "new"), (one, "gone")] * 3:
            with open(file, "rb") as body:
                data = body.read()
            before, begun = len(Hook.came), time.perf_counter()
            assert service.ask("POST", "/v1/snapshots?allow_shrink=true", data, "application/octet-stream")[0] == 201
            while len(Hook.came) == before:
                time.sleep(0.01)
            at, events = Hook.came[before]
            assert [one["change"] for one in events] == [change], events
            print(f"a changed listing to the first webhook: {at - begun:.1f} s; screened anew: {ran()['screened']}")
        service.end()


def soak():
    service = Service()
    minutes = int(os.environ.get("MINUTES", "20"))
    wrk(service, 30, 1)
    told = [service.memory()]
    for _ in range(minutes):
        wrk(service, 60, 1)
        told.append(service.memory())
    print(f"memory after each of {minutes} minutes, MB:", " ".join(f"{one / 1024:.0f}" for one in told))
    service.end()


def logic():
    from followthemoney import EntityProxy, model
    from nomenklatura.matching.logic_v2.model import LogicV2
    from nomenklatura.matching.types import ScoringConfig

    service = Service()
    listed = json.loads(service.ask("GET", "/search/default?limit=500")[1])["results"]
    rest = random.Random(1)
    pairs = []
    for name in NAMES:
        query = EntityProxy.from_dict({"id": name, "schema": "Company", "properties": {"name": [name]}})
        near = json.loads(service.ask("GET", f"/search/default?limit=20&q={name.split()[0]}")[1])["results"]
        near += rest.sample(listed, 20 - len(near)) if len(near) < 20 else []
        pairs.append((query, [EntityProxy.from_dict(one) for one in near[:20]]))
    config = ScoringConfig.defaults()
    begun, queries = time.perf_counter(), 0
    while time.perf_counter() - begun < 10:
        for query, candidates in pairs:
            for one in candidates:
                LogicV2.compare(query, one, config)
            queries += 1
    theirs = queries / (time.perf_counter() - begun)
    connection = http.client.HTTPConnection("127.0.0.1", service.port)
    begun, queries = time.perf_counter(), 0
    # As many at once as yente takes.
    batch = [{"schema": "Company", "properties": {"name": [NAMES[at % len(NAMES)]]}} for at in range(100)]
    body = json.dumps({"queries": {str(at): one for at, one in enumerate(batch)}})
    while time.perf_counter() - begun < 10:
        assert service.ask("POST", "/match/default", body, connection=connection)[0] == 200
        queries += len(batch)
    ours = queries / (time.perf_counter() - begun)
    print(f"logic-v2, 20 candidates a query: {theirs:.0f} queries a second; here, over HTTP: {ours:.0f}; {ours / theirs:.0f} times")
    service.end()


{"start": start, "load": load, "swaps": swaps, "kills": kills, "soak": soak, "decisions": decisions, "logic": logic,
 "typed": typed, "portfolio": portfolio}[WHAT]()
