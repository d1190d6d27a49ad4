//! The table, the dates that follow from it, and what no table is.

mod golden;
mod parsing;
mod places;
mod properties;

use chrono::{DateTime, Utc};

use super::{Holidays, Place};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn place(zone: &str, holidays: &[&str]) -> Place {
    let holidays: Holidays = holidays.iter().map(|day| day.parse().unwrap()).collect();
    Place::new(&zone.parse().unwrap(), holidays)
}
