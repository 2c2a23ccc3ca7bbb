//! What changed between two snapshots, or two days of one, and whom that can reach.

mod again;
mod reach;

pub use again::Again;
pub use reach::{Reached, Side, reached};
