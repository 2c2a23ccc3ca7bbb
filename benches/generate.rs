//! Writes made-up holdings, list entries and customers, from a seed.
//!
//! `cargo bench --bench generate -- --out DIR [--entities 5000000] [--holdings 10000000] [--listed 10000]
//! [--customers 1000000] [--seed 1]` writes `DIR/ownership/holdings.csv`, `DIR/list/list.csv` and
//! `DIR/customers.csv`. A customer is like a listed name one time in a hundred.

use std::fs::{File, create_dir_all};
use std::io::{BufWriter, Result, Write};

use clap::Parser;

mod data;

use data::{Names, Numbers, holdings, varied};

/// Writes made-up holdings, list entries and customers.
#[derive(Parser)]
struct Arguments {
    /// Folder to write to.
    #[arg(long)]
    out: String,
    /// Companies and persons.
    #[arg(long, default_value_t = 5_000_000)]
    entities: u32,
    /// Holdings between them.
    #[arg(long, default_value_t = 10_000_000)]
    holdings: u32,
    /// List entries, among the companies and persons.
    #[arg(long, default_value_t = 10_000)]
    listed: u32,
    /// Customers.
    #[arg(long, default_value_t = 1_000_000)]
    customers: u32,
    /// The same seed makes the same data.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What `cargo bench` adds.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    create_dir_all(format!("{}/ownership", arguments.out))?;
    create_dir_all(format!("{}/list", arguments.out))?;
    let file = |name: &str| File::create(format!("{}/{name}", arguments.out)).map(BufWriter::new);
    let makes = Names::new();
    let name = |entity: u32| makes.of(entity, arguments.entities, arguments.seed);

    let mut out = file("ownership/holdings.csv")?;
    writeln!(out, "holder,holder_id,issuer,issuer_id,share_min,share_max,confidence")?;
    let mut failed = Ok(());
    holdings(arguments.entities, arguments.holdings, arguments.seed, |holder, issuer, share| {
        let (low, high) = share.split_once('-').unwrap_or((share, share));
        let (owner, owned) = (name(holder), name(issuer));
        let row = writeln!(
            out,
            "\"{owner}\",reg:{holder},\"{owned}\",reg:{issuer},{low},{high},documented"
        );
        failed = std::mem::replace(&mut failed, Ok(())).and(row);
    });
    failed?;
    out.flush()?;

    let mut numbers = Numbers(arguments.seed ^ 0x5EED);
    let mut listed = Vec::new();
    let mut out = file("list/list.csv")?;
    writeln!(out, "list,entry,name,country,kind,announcement,published,effective,confidence")?;
    for at in 0..arguments.listed {
        let entity = numbers.below(arguments.entities);
        let kind = if entity < arguments.entities / 2 { "company" } else { "person" };
        listed.push(name(entity));
        let name = &listed[at as usize];
        let since = "2025-01-02,2025-01-02";
        writeln!(out, "CN-CONTROL,{at},\"{name}\",,{kind},Made up,{since},official")?;
    }
    out.flush()?;

    let mut out = file("customers.csv")?;
    writeln!(out, "id,name")?;
    for at in 0..arguments.customers {
        let name = match numbers.below(100) {
            0 if !listed.is_empty() => {
                varied(&listed[numbers.below(arguments.listed) as usize], &mut numbers)
            }
            _ => makes.company(&mut numbers),
        };
        writeln!(out, "C{at},\"{}\"", name.replace('"', ""))?;
    }
    out.flush()
}
