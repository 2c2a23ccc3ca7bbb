//! The rules at scale: 5 million entities, 8 million holdings, 10,000 listed, 1.3 % of the entities
//! in rings; one core. Beside them the same cascade over petgraph's plain `Graph`.
//!
//! `cargo bench --bench rules`; `RULES_EDGES=FILE cargo bench --bench rules` also writes the edges for
//! `benches/cascade_scipy.py`, which runs the same cascade with scipy.

use std::hint::black_box;
use std::io::Write;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use fixedbitset::FixedBitSet;
use parentage::day::{Day, Span};
use parentage::error::Place;
use parentage::expand::{EffectiveShares, Expansion, Ground, Groups, Listing, Starts};
use parentage::graph::{Graph, Holding};
use parentage::model::{
    Confidence, Countries, EntityCountries, EntityId, EntityKind, HoldingRow, Identifiers,
    Interest, OnDay, Status,
};
use parentage::rule::Rule;
use parentage::screen::DEFAULT_FLOOR;
use parentage::share::{Share, ShareRange};
use parentage::source::{Inputs, Records, read};

const ENTITIES: u32 = 5_000_000;
const HOLDINGS: u32 = 8_000_000;
const LISTED: u32 = 10_000;
const MANY: u32 = 10_000;

/// A small generator of numbers (xorshift64*): the same data on every machine.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32;
        u32::try_from((high * u64::from(limit)) >> 32).expect("below a 32-bit limit")
    }
}

/// holder, issuer, percent: owners a company as public registers have them (64 % one, 17 % two, 7 %
/// three), shares likewise (26 % are 100, 6 % exactly 50), three of four owners at the top.
fn edges() -> Vec<(u32, u32, u32)> {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut edges = Vec::with_capacity(HOLDINGS as usize);
    let companies = ENTITIES / 2;
    let mut issuer = 0;
    while edges.len() < HOLDINGS as usize {
        issuer = (issuer + 1) % companies;
        let owners = match numbers.below(100) {
            0..64 => 1,
            64..81 => 2,
            81..88 => 3,
            _ => 4 + numbers.below(20),
        };
        for _ in 0..owners {
            let top = issuer == 0 || numbers.below(4) > 0;
            let holder = match top {
                true => companies + numbers.below(ENTITIES - companies),
                false => numbers.below(issuer),
            };
            let share = match numbers.below(100) {
                _ if owners > 4 => 1 + numbers.below(100 / owners),
                0..26 => 100 / owners,
                26..32 => 50 / owners.div_ceil(2),
                32..60 => 25 / owners + numbers.below(25),
                _ => 1 + numbers.below(24),
            };
            edges.push((holder, issuer, share.clamp(1, 100)));
        }
        if numbers.below(1_000) < 13 && issuer > 0 {
            edges.push((issuer, numbers.below(issuer), 1 + numbers.below(30)));
        }
    }
    edges.truncate(HOLDINGS as usize - MANY as usize);
    // One company with very many owners, the last of all.
    edges.extend((0..MANY).map(|owner| (companies + owner, companies - 1, 1)));
    edges
}

fn graph(edges: &[(u32, u32, u32)]) -> Graph {
    let mut records = Records::new();
    let nobody = (Countries::default(), Identifiers::default());
    let names: Vec<String> = (0..ENTITIES).map(|entity| entity.to_string()).collect();
    for name in &names {
        records.mention(name, "", &nobody.0, &nobody.1, EntityKind::Unknown);
    }
    for (line, (holder, issuer, percent)) in (1..).zip(edges) {
        let share = Share::from_parts(u64::from(*percent) * 10_000_000);
        let row = HoldingRow {
            holder: &names[*holder as usize],
            holder_id: Identifiers::default(),
            holder_country: Countries::default(),
            issuer: &names[*issuer as usize],
            issuer_id: Identifiers::default(),
            issuer_country: Countries::default(),
            range: ShareRange::exact(share),
            interest: Interest::Equity,
            span: Span::ALWAYS,
            confidence: Confidence::Documented,
            source: "",
        };
        records.push_holding(&row, Place { source: 0, record: line });
    }
    let itself: Vec<EntityId> = (0..ENTITIES).map(EntityId).collect();
    Graph::build(ENTITIES, &records.holdings, &itself)
}

struct World {
    edges: Vec<(u32, u32, u32)>,
    graph: Graph,
    complete: FixedBitSet,
    countries: EntityCountries,
    rules: Vec<Rule>,
}

impl World {
    fn ground(&self, day: Day) -> Ground<'_> {
        Ground {
            view: self.graph.on(day),
            day,
            complete: &self.complete,
            countries: &self.countries,
        }
    }

    fn starts(&self, rule: &Rule, day: Day) -> Starts {
        let listed = listed().map(|entity| {
            let on_day = OnDay { status: Status::InForce, confirm: false };
            let listing = Listing { entity: EntityId(entity), entry: 0, on_day, restriction: None };
            (listing, Vec::new())
        });
        Starts::new(rule, rule.test_on(day).aggregate, &Groups::new(), listed)
    }
}

fn listed() -> impl Iterator<Item = u32> {
    (0..LISTED).map(|number| number * (ENTITIES / LISTED))
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let edges = edges();
        let graph = graph(&edges);
        let rules = read(&Inputs::default()).expect("embedded data are good").rules;
        World {
            graph,
            edges,
            complete: FixedBitSet::with_capacity(ENTITIES as usize),
            countries: std::iter::repeat_n(Countries::default(), ENTITIES as usize).collect(),
            rules,
        }
    })
}

/// The median of some runs.
fn median(runs: usize, mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[runs / 2]
}

#[expect(clippy::print_stdout, reason = "a benchmark says what it measured")]
fn say(what: &str, time: Duration) {
    println!("{what:<66} {:>10.3} ms", time.as_secs_f64() * 1_000.0);
}

/// The same cascade over `petgraph::Graph`: sums per issuer and a queue, lows only.
fn plain(graph: &petgraph::Graph<(), u32>, listed: &[u32]) -> usize {
    let mut reached = vec![false; graph.node_count()];
    let mut sums = vec![0u32; graph.node_count()];
    let mut queue: Vec<u32> = listed.to_vec();
    listed.iter().for_each(|seed| reached[*seed as usize] = true);
    let mut count = 0;
    while let Some(holder) = queue.pop() {
        count += 1;
        for edge in graph.edges(holder.into()) {
            use petgraph::visit::EdgeRef;
            let issuer = edge.target().index();
            sums[issuer] += edge.weight();
            if sums[issuer] >= 50 && !reached[issuer] {
                reached[issuer] = true;
                queue.push(u32::try_from(issuer).expect("a 32-bit node"));
            }
        }
    }
    count
}

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let start = Instant::now();
    let world = world();
    say("generate and build the graph", start.elapsed());
    if let Ok(path) = std::env::var("RULES_EDGES") {
        let mut file =
            std::io::BufWriter::new(std::fs::File::create(path).expect("a file to write to"));
        for (holder, issuer, share) in &world.edges {
            for value in [holder, issuer, share] {
                file.write_all(&value.to_le_bytes()).expect("room to write to");
            }
        }
    }
    let bytes = size_of::<Holding>() + 4;
    say(&format!("bytes a holding, offsets of entities aside: {bytes}"), Duration::ZERO);
    let day = Day::parse("2026-10-01").expect("a day");
    let rule = |id: &str| world.rules.iter().find(|rule| rule.id == id).expect("a rule");

    let one = rule("us-ofac-50");
    let starts = world.starts(one, day);
    let cascade = |day: Day| {
        let whole = Expansion::new(one, world.ground(day), &starts, DEFAULT_FLOOR, None);
        black_box(whole.is_some());
    };
    let ours = median(9, || cascade(day));
    say("cascade, certain and possible, one rule", ours);
    say("another day", median(9, || cascade(Day::parse("2025-10-20").expect("a day"))));

    let mut plain_graph: petgraph::Graph<(), u32> =
        petgraph::Graph::with_capacity(ENTITIES as usize, HOLDINGS as usize);
    for _ in 0..ENTITIES {
        plain_graph.add_node(());
    }
    for (holder, issuer, share) in &world.edges {
        plain_graph.add_edge((*holder).into(), (*issuer).into(), *share);
    }
    let seeds: Vec<u32> = listed().collect();
    let theirs = median(9, || {
        black_box(plain(&plain_graph, &seeds));
    });
    say("petgraph::Graph, lows only, no dates", theirs);
    drop(plain_graph);

    let all = median(3, || {
        for rule in &world.rules {
            let starts = world.starts(rule, day);
            let whole = Expansion::new(rule, world.ground(day), &starts, DEFAULT_FLOOR, None);
            black_box(whole.is_some());
        }
    });
    say("all ten rules on one day", all);

    let owners: Vec<EntityId> = listed().map(EntityId).collect();
    let mut reached = 0;
    let shares = median(3, || {
        reached = EffectiveShares::new(world.ground(day), &owners).len();
    });
    say(
        &format!("effective shares of the {reached} entities reached, preparation included"),
        shares,
    );

    let mut numbers = Numbers(42);
    let usual = median(301, || {
        let entity = [EntityId(numbers.below(ENTITIES / 2))];
        let one = Expansion::new(one, world.ground(day), &starts, DEFAULT_FLOOR, Some(&entity));
        black_box(one.map(|one| one.exposures(entity[0])));
    });
    say("one entity with its evidence", usual);
    let held = median(11, || {
        let entity = [EntityId(ENTITIES / 2 - 1)];
        let one = Expansion::new(one, world.ground(day), &starts, DEFAULT_FLOOR, Some(&entity));
        black_box(one.map(|one| one.exposures(entity[0])));
    });
    say("one entity with 10,000 owners, with its evidence", held);
}
