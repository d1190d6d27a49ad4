//! What was measured.

use serde::Serialize;

/// One figure.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// The floor: what the server does at best, in the same unit and the same run.
    pub floor: Option<f64>,
    /// `value / floor`.
    pub ratio: Option<f64>,
    /// How many measurements `value` is the median of.
    pub n: usize,
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:<76} {:>12} {:<9}", self.name, rounded(self.value), self.unit)?;
        if let (Some(floor), Some(ratio)) = (self.floor, self.ratio) {
            write!(f, " floor {:>12}  ratio {ratio:.2}", rounded(floor))?;
        }
        Ok(())
    }
}

fn rounded(value: f64) -> String {
    if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// The figures of a run.
pub(crate) struct Report<'a> {
    figures: Vec<Figure>,
    tell: &'a mut (dyn FnMut(&Figure) + Send),
}

impl<'a> Report<'a> {
    pub(crate) fn new(tell: &'a mut (dyn FnMut(&Figure) + Send)) -> Self {
        Self { figures: Vec::new(), tell }
    }

    /// A figure beside its floor: medians of both.
    pub(crate) fn beside(
        &mut self,
        name: impl Into<String>,
        unit: &'static str,
        values: &[f64],
        floor: &[f64],
    ) {
        let (value, floor) = (median(values), median(floor));
        self.push(Figure {
            name: name.into(),
            value,
            unit,
            floor: Some(floor),
            ratio: Some(value / floor),
            n: values.len(),
        });
    }

    /// A figure that has no floor.
    pub(crate) fn alone(&mut self, name: impl Into<String>, unit: &'static str, values: &[f64]) {
        let value = median(values);
        self.push(Figure { name: name.into(), value, unit, floor: None, ratio: None, n: values.len() });
    }

    /// Megabytes, where the system tells.
    pub(crate) fn memory(&mut self, name: impl Into<String>, peaks: &[f64]) {
        if !peaks.is_empty() {
            self.alone(name, "MB", peaks);
        }
    }

    fn push(&mut self, figure: Figure) {
        (self.tell)(&figure);
        self.figures.push(figure);
    }

    pub(crate) fn into_figures(self) -> Vec<Figure> {
        self.figures
    }
}

/// The middle value; of an even number of them, the higher of the two in the middle.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_forgets_what_was_disturbed() {
        assert!((median(&[9.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!(median(&[]).is_nan());
    }
}
