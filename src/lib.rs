//! Who owns your counterparty, is any owner listed, and which rule says so on that day?

pub mod changes;
pub mod column;
pub mod day;
pub mod decisions;
pub mod error;
pub mod expand;
pub mod graph;
pub mod index;
pub mod link;
pub mod model;
pub mod monitor;
pub mod name;
pub mod report;
pub mod rule;
pub mod screen;
pub mod selftest;
pub mod share;
pub mod snapshot;
pub mod source;
pub mod verify;
