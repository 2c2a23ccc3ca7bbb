//! Ingest and cascade on generated ownership data of the shape that public registers have.
//!
//! `cargo bench --bench cascade`. Owners a company: 64 % one, 17 % two, 7 % three, the rest up to
//! forty; shares: 26 % are 100, 6 % exactly 50, 13 % from 25 to 50, 45 % below 25; 1.3 % of the
//! companies stand in rings.

use std::fmt::Write;

use divan::counter::ItemsCount;
use parentage::day::Day;
use parentage::expand::{Expansion, Groups, Listing, Starts};
use parentage::model::{EntityId, OnDay, Status};
use parentage::rule::{Aggregate, Rule};
use parentage::screen::DEFAULT_FLOOR;
use parentage::snapshot::Snapshot;
use parentage::source::{Inputs, Records, read};

const COMPANIES: u32 = 200_000;
const LISTED: u32 = 400;

fn main() {
    divan::main();
}

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

fn name(company: u32) -> String {
    let letters = b"bcdfghklmnprstvz";
    let mut name = String::new();
    let mut rest = company;
    for at in 0..5 {
        name.push(char::from(letters[(rest & 15) as usize]));
        name.push(char::from(b"aeiou"[((company >> at) % 5) as usize]));
        rest >>= 4;
    }
    format!("{name} {company} Ltd")
}

fn share(numbers: &mut Numbers, owners: u32) -> u32 {
    match numbers.below(100) {
        _ if owners > 4 => 1 + numbers.below(100 / owners),
        0..26 => 100,
        26..32 => 50,
        32..45 => 25 + numbers.below(25),
        45..90 => 1 + numbers.below(24),
        _ => 51 + numbers.below(49),
    }
}

/// CSV of holdings.
fn holdings() -> String {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    let mut csv = String::from("holder,holder_country,issuer,issuer_country,share_min\n");
    for issuer in 1..COMPANIES {
        let owners = match numbers.below(100) {
            0..64 => 1,
            64..81 => 2,
            81..88 => 3,
            _ => 4 + numbers.below(36),
        };
        for _ in 0..owners {
            // Three of four owners are people at the top, so that chains stay as short as they are.
            let people = numbers.below(4) > 0;
            let holder =
                if people { COMPANIES + numbers.below(COMPANIES) } else { numbers.below(issuer) };
            let share = share(&mut numbers, owners);
            let _ = writeln!(csv, "{},GB,{},GB,{share}", name(holder), name(issuer));
        }
        if numbers.below(1_000) < 13 {
            let _ = writeln!(
                csv,
                "{},GB,{},GB,{}",
                name(issuer),
                name(numbers.below(issuer)),
                1 + numbers.below(30)
            );
        }
    }
    csv
}

fn inputs(folder: &tempfile::TempDir) -> Inputs {
    let path = folder.path().join("holdings.csv");
    std::fs::write(&path, holdings()).expect("a folder to write to");
    Inputs { ownership: vec![path.display().to_string()], ..Inputs::default() }
}

fn records() -> Records {
    let folder = tempfile::tempdir().expect("a folder to write to");
    read(&inputs(&folder)).expect("generated data are good")
}

/// From CSV to records: parsing and interning.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn read_csv(bencher: divan::Bencher) {
    let folder = tempfile::tempdir().expect("a folder to write to");
    let inputs = inputs(&folder);
    let rows = read(&inputs).expect("generated data are good").holdings.len();
    bencher.counter(ItemsCount::new(rows)).bench(|| read(&inputs));
}

/// From records to a snapshot: linking, graph, indexes.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn link_and_build(bencher: divan::Bencher) {
    bencher.with_inputs(records).bench_values(Snapshot::build);
}

fn rule(snapshot: &Snapshot) -> &Rule {
    snapshot.rules().iter().find(|rule| rule.id == "cn-listed-50").expect("an embedded rule")
}

fn starts(snapshot: &Snapshot) -> Starts {
    let step = snapshot.entity_count() / LISTED;
    let listings = (0..LISTED).map(|number| Listing {
        entity: EntityId(number * step),
        entry: 0,
        on_day: OnDay { status: Status::InForce, confirm: false },
        restriction: None,
    });
    let listings = listings.map(|listing| (listing, Vec::new()));
    Starts::new(rule(snapshot), Aggregate::All, &Groups::new(), listings)
}

/// The cascade over the whole graph, certain and possible, one rule.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn cascade_whole_graph(bencher: divan::Bencher) {
    let snapshot = Snapshot::build(records());
    let (starts, day) = (starts(&snapshot), Day::today());
    let holdings = snapshot.world().graph().holdings().len();
    bencher.counter(ItemsCount::new(holdings)).bench(|| {
        let ground = snapshot.world().ground(day);
        Expansion::new(rule(&snapshot), ground, &starts, DEFAULT_FLOOR, None).is_some()
    });
}

/// One entity with its exposures and evidence, from the closure of its owners.
#[divan::bench(sample_count = 200)]
fn one_entity(bencher: divan::Bencher) {
    let snapshot = Snapshot::build(records());
    let (starts, day) = (starts(&snapshot), Day::today());
    let numbers = std::cell::RefCell::new(Numbers(42));
    bencher.bench_local(|| {
        let entity = EntityId(numbers.borrow_mut().below(snapshot.entity_count()));
        let ground = snapshot.world().ground(day);
        let scope = [entity];
        let rule = rule(&snapshot);
        let expansion = Expansion::new(rule, ground, &starts, DEFAULT_FLOOR, Some(&scope));
        expansion.map(|one| one.exposures(entity).len())
    });
}
