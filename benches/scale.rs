//! Reading, linking and searching at scale, on the data of `benches/generate`.
//!
//! - `cargo bench --bench scale -- ingest --data DIR`: CSV to records, beside duckdb where python3 has it.
//! - `cargo bench --bench scale -- graph --data DIR`: read, link, build the graph, expand every rule.
//! - `cargo bench --bench scale -- build --data DIR`: a snapshot file, step by step.
//! - `cargo bench --bench scale -- search --data DIR --names 100000`: so many companies below one listed one,
//!   indexed, saved, opened and searched on one core.

use std::cell::RefCell;
use std::fs::{File, create_dir_all};
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::{Parser, Subcommand};
use fixedbitset::FixedBitSet;
use parentage::day::Day;
use parentage::expand::{Expansion, Ground, Groups, Listing, Starts};
use parentage::graph::Graph;
use parentage::link::link;
use parentage::model::{Countries, EntityCountries, OnDay, Status};
use parentage::name::{parse, points};
use parentage::screen::DEFAULT_FLOOR;
use parentage::snapshot::{Snapshot, Step};
use parentage::source::{Inputs, Records, read};

mod data;

use data::{Names, Numbers, varied};

/// Reading, linking and searching at scale.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    work: Work,
    /// What `cargo bench` adds.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
enum Work {
    /// CSV to records.
    Ingest(Data),
    /// Read, link, build the graph, expand every rule.
    Graph(Data),
    /// A snapshot file, step by step.
    Build(Data),
    /// So many companies below one listed one, indexed, saved, opened and searched on one core.
    Search(Search),
}

/// What `cargo bench --bench generate` made.
#[derive(clap::Args)]
struct Data {
    /// Its folder.
    #[arg(long)]
    data: String,
}

/// What is searched.
#[derive(clap::Args)]
struct Search {
    #[command(flatten)]
    data: Data,
    /// Names to index.
    #[arg(long)]
    names: u32,
    /// Queries.
    #[arg(long, default_value_t = 2_000)]
    queries: u32,
}

impl Data {
    fn inputs(&self) -> Inputs {
        Inputs {
            lists: vec![format!("{}/list", self.data)],
            ownership: vec![format!("{}/ownership", self.data)],
            rules: vec!["embedded".to_owned()],
            ..Inputs::default()
        }
    }

    fn read(&self) -> Records {
        read(&self.inputs()).expect("data as generated")
    }
}

/// The most memory that this process had, in megabytes; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse().ok());
    kilobytes.unwrap_or(0u64) / 1_000
}

#[expect(clippy::print_stdout, reason = "a benchmark says what it measured")]
fn say(what: &str, time: Duration) {
    println!("{what:<44} {:>9.3} s  {:>6} MB at most so far", time.as_secs_f64(), peak());
}

/// Runs a step and says what it took.
fn step<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = work();
    say(what, start.elapsed());
    made
}

/// What a peer written in Python says it took, in seconds.
#[expect(clippy::print_stdout, reason = "a benchmark says what it measured")]
fn peer(what: &str, script: &str, arguments: &[&str]) {
    let run = Command::new("python3").arg(script).args(arguments).output();
    match run {
        Ok(output) if output.status.success() => {
            println!("{what:<44} {:>9} s", String::from_utf8_lossy(&output.stdout).trim());
        }
        _ => println!("{what:<44} skipped: python3 does not have it"),
    }
}

fn ingest(data: &Data) {
    let file = format!("{}/ownership/holdings.csv", data.data);
    for _ in 0..2 {
        peer("duckdb: CSV to ids", "benches/ingest_duckdb.py", &[&file]);
        let records = step("parentage: CSV to records, every row checked", || data.read());
        assert!(records.rejected.is_empty());
        drop(records);
    }
}

fn graph(data: &Data) {
    let start = Instant::now();
    let records = step("read", || data.read());
    let linked = step("link", || link(&records));
    let graph =
        step("graph", || Graph::build(linked.entities, &records.holdings, &linked.entity_of));
    let listed: Vec<_> =
        records.entries.iter().map(|(_, mention)| linked.entity_of[*mention as usize]).collect();
    drop(linked);
    let day = Day::parse("2026-01-15").expect("a day");
    let complete = FixedBitSet::with_capacity(graph.entities() as usize);
    let countries: EntityCountries =
        std::iter::repeat_n(Countries::default(), graph.entities() as usize).collect();
    step("every rule", || {
        for rule in &records.rules {
            let ground =
                Ground { view: graph.on(day), day, complete: &complete, countries: &countries };
            let listings = listed.iter().map(|entity| {
                let on_day = OnDay { status: Status::InForce, confirm: false };
                (Listing { entity: *entity, entry: 0, on_day, restriction: None }, Vec::new())
            });
            let starts = Starts::new(rule, rule.test_on(day).aggregate, &Groups::new(), listings);
            black_box(Expansion::new(rule, ground, &starts, DEFAULT_FLOOR, None).is_some());
        }
    });
    say("all of it", start.elapsed());
}

/// Builds a snapshot file of what is in a folder.
fn build(data: &Data) {
    let all = Instant::now();
    let records = step("read", || data.read());
    let began = RefCell::new((None, Instant::now()));
    let end = |next: Option<Step>| {
        let (step, since) = began.replace((next, Instant::now()));
        if let Some(step) = step {
            say(step.as_str(), since.elapsed());
        }
    };
    let snapshot = Snapshot::build_in_steps(records, &|step| end(Some(step)));
    end(None);
    say(&format!("{} names indexed", snapshot.names().len()), Duration::ZERO);
    step("writing", || snapshot.save(&format!("{}/all.snapshot", data.data)).expect("written"));
    say("all of it", all.elapsed());
}

impl Search {
    fn run(&self) -> std::io::Result<()> {
        let makes = Names::new();
        let mut numbers = Numbers(7);
        let indexed: Vec<String> =
            (0..self.names).map(|_| makes.company(&mut numbers).replace('"', "")).collect();
        let folder = &self.data.data;
        create_dir_all(format!("{folder}/list"))?;
        create_dir_all(format!("{folder}/ownership"))?;
        std::fs::write(
            format!("{folder}/list/list.csv"),
            "list,entry,name,kind,effective,confidence\nCN-CONTROL,1,Top Of All Corp,company,2025-01-02,official\n",
        )?;
        let mut out = BufWriter::new(File::create(format!("{folder}/ownership/holdings.csv"))?);
        writeln!(out, "holder,issuer,issuer_id,share_min")?;
        for (number, name) in indexed.iter().enumerate() {
            writeln!(out, "Top Of All Corp,\"{name}\",reg:{number},1")?;
        }
        out.flush()?;
        drop(out);
        let queries: Vec<String> = (0..self.queries)
            .map(|at| match at % 10 {
                0 => varied(&indexed[numbers.below(self.names) as usize], &mut numbers),
                _ => makes.company(&mut numbers),
            })
            .collect();
        drop(indexed);
        build(&self.data);
        let path = format!("{folder}/all.snapshot");
        let snapshot = step("open", || Snapshot::open(&path).expect("just written"));
        // The second time as in a service that has run for a while: what was taken apart is kept.
        for what in ["searched first", "searched again"] {
            let start = Instant::now();
            let (mut compared, mut found) = (0, 0);
            for query in &queries {
                let query = parse(query);
                for number in snapshot.candidates(&query, 0.75) {
                    compared += 1;
                    found += usize::from(points(&query, &snapshot.apart(number), 7_500) >= 7_500);
                }
            }
            let time = start.elapsed();
            let rate = f64::from(self.queries) / time.as_secs_f64();
            say(&format!("{what}: {rate:.0} queries a second"), time);
            say(&format!("  {compared} compared, {found} at 0.75 or more"), Duration::ZERO);
        }
        let all = f64::from(u32::try_from(snapshot.names().len()).unwrap_or(u32::MAX));
        for what in ["names read back", "names taken apart"] {
            let start = Instant::now();
            for (number, name) in (0u32..).zip(snapshot.names()) {
                match what {
                    "names read back" => drop(black_box(snapshot.apart(number))),
                    _ => drop(black_box(parse(name.text))),
                }
            }
            let rate = all / start.elapsed().as_secs_f64();
            say(&format!("{what}: {rate:.0} a second"), start.elapsed());
        }
        Ok(())
    }
}

fn main() {
    match Arguments::parse().work {
        Work::Ingest(data) => ingest(&data),
        Work::Graph(data) => graph(&data),
        Work::Build(data) => build(&data),
        Work::Search(search) => search.run().expect("a folder to write to"),
    }
}
