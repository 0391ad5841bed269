//! What replications say of measures, without the replications: numerators and denominators,
//! values, histograms. Small enough to keep, to write to a file and to put together again.
//!
//! Owns [`SampleTable`] and [`Evidence`], that is whatever estimates can be made of. An estimate of
//! a table has the same bits as one of the replications it was made of: also after a way through
//! JSON, and also when it was cut into pieces between.

use serde::{Deserialize, Serialize};

use crate::measures::{self, Measure, Part, Sample, Subject};
use crate::record::Replication;
use crate::stats::{Controls, Estimate, Pooled};

/// A measure of a part of a run: a column of a [`SampleTable`].
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Quantity {
    /// What is measured.
    #[serde(serialize_with = "as_id", deserialize_with = "named")]
    pub measure: &'static Measure,
    /// Of which calls.
    pub part: Part,
}

impl Quantity {
    /// Every measure of the whole run, in the order of reports.
    pub fn whole() -> impl Iterator<Item = Quantity> {
        measures::all().map(|measure| Quantity {
            measure,
            part: Part::Whole,
        })
    }
}

/// Samples of replications: a row per replication, a column per quantity.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SampleTable {
    quantities: Vec<Quantity>,
    rows: Vec<Row>,
}

/// One replication.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Row {
    offered: u64,
    cells: Vec<Cell>,
    /// The histograms that cells speak of, each once: quantiles of one measure's spans share it.
    spans: Vec<Pooled>,
    /// Absent when none were kept, and in files of before there were any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    controls: Option<Controls>,
}

/// What one replication says of one quantity.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Cell {
    /// Numerator and denominator.
    Ratio(f64, f64),
    Value(f64),
    /// The quantile, and the place of its spans.
    Quantile(f64, usize),
    Absent,
}

impl SampleTable {
    /// A table without rows.
    #[must_use]
    pub fn new(quantities: impl IntoIterator<Item = Quantity>) -> SampleTable {
        SampleTable {
            quantities: quantities.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// What the columns are.
    #[must_use]
    pub fn quantities(&self) -> &[Quantity] {
        &self.quantities
    }

    /// Replications.
    #[must_use]
    pub fn n(&self) -> usize {
        self.rows.len()
    }

    /// Adds a replication.
    pub fn push(&mut self, replication: &Replication) {
        let mut spans: Vec<Pooled> = Vec::new();
        let mut place = |pooled: Pooled| {
            spans
                .iter()
                .position(|known| *known == pooled)
                .unwrap_or_else(|| {
                    spans.push(pooled);
                    spans.len() - 1
                })
        };
        let cells = self.quantities.iter().map(|quantity| {
            let subject = Subject::of(replication, quantity.part);
            match quantity.measure.sample(subject) {
                Sample::Ratio(part, whole) => Cell::Ratio(part, whole),
                Sample::Value(value) => Cell::Value(value),
                Sample::Quantile(q, parts) => Cell::Quantile(q, place(Pooled::of(parts))),
                Sample::Pooled(q, pooled) => Cell::Quantile(q, place(pooled.clone())),
                Sample::Absent => Cell::Absent,
            }
        });
        let cells = cells.collect();
        self.rows.push(Row {
            offered: replication.total.counts.offered,
            cells,
            spans,
            controls: replication.controls,
        });
    }

    /// Adds the replications of `later` behind these.
    ///
    /// # Panics
    /// When the columns differ.
    pub fn append(&mut self, later: SampleTable) {
        assert_eq!(self.quantities, later.quantities, "other columns");
        self.rows.extend(later.rows);
    }

    /// The replications `range` alone.
    ///
    /// # Panics
    /// When there are not so many.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> SampleTable {
        SampleTable {
            quantities: self.quantities.clone(),
            rows: self.rows[range].to_vec(),
        }
    }

    /// Only the columns that are wanted.
    #[must_use]
    pub fn only(&self, is_wanted: impl Fn(&Quantity) -> bool) -> SampleTable {
        let kept: Vec<usize> = (0..self.quantities.len())
            .filter(|column| is_wanted(&self.quantities[*column]))
            .collect();
        let rows = self.rows.iter().map(|row| {
            let mut spans: Vec<Pooled> = Vec::new();
            let cells = kept.iter().map(|column| match row.cells[*column] {
                Cell::Quantile(q, place) => {
                    let known = spans.iter().position(|known| *known == row.spans[place]);
                    Cell::Quantile(
                        q,
                        known.unwrap_or_else(|| {
                            spans.push(row.spans[place].clone());
                            spans.len() - 1
                        }),
                    )
                }
                other @ (Cell::Ratio(..) | Cell::Value(_) | Cell::Absent) => other,
            });
            Row {
                offered: row.offered,
                cells: cells.collect(),
                spans,
                controls: row.controls,
            }
        });
        SampleTable {
            quantities: kept.iter().map(|column| self.quantities[*column]).collect(),
            rows: rows.collect(),
        }
    }

    /// Numerator and denominator by replication, of a ratio; `None` when it is none or no column.
    #[must_use]
    pub fn ratios(&self, measure: &Measure, part: Part) -> Option<Vec<(f64, f64)>> {
        let column = self.column(measure, part)?;
        let cells = self.rows.iter().map(|row| match row.cells[column] {
            Cell::Ratio(part, whole) => Some((part, whole)),
            Cell::Value(_) | Cell::Quantile(..) | Cell::Absent => None,
        });
        cells.collect()
    }

    /// What each replication says by itself, in the measure's unit: its own ratio, value or quantile.
    /// `None` when it is no column.
    #[must_use]
    pub fn by_replication(&self, measure: &Measure, part: Part) -> Option<Vec<Option<f64>>> {
        let column = self.column(measure, part)?;
        let own = |row: &Row| match row.cells[column] {
            Cell::Ratio(part, whole) => (whole != 0.0).then(|| part / whole),
            Cell::Value(value) => Some(value),
            Cell::Quantile(q, place) => Some(row.spans.get(place)?.quantile(q)? / 1e6),
            Cell::Absent => None,
        };
        Some(self.rows.iter().map(own).collect())
    }

    /// Whether replication i of both speaks of the measure, or of neither: only then may an estimate
    /// be paired with the other's.
    #[must_use]
    pub fn matches(&self, other: &SampleTable, measure: &Measure) -> bool {
        let columns = self.column(measure, Part::Whole);
        let Some((here, there)) = columns.zip(other.column(measure, Part::Whole)) else {
            return false;
        };
        // Ratios and quantiles put a replication without a value in as nothing; values leave it out.
        let is_value = |row: &Row, column: usize| matches!(row.cells[column], Cell::Value(_));
        let mut pairs = self.rows.iter().zip(&other.rows);
        self.n() == other.n() && pairs.all(|(a, b)| is_value(a, here) == is_value(b, there))
    }

    /// What draws were beyond their means, by replication; `None` where nobody says.
    pub fn controls(&self) -> impl Iterator<Item = Option<Controls>> + '_ {
        self.rows.iter().map(|row| row.controls)
    }

    /// All spans of which a quantile is a column, put together; `None` when it is none or no column.
    #[must_use]
    pub fn spans(&self, measure: &Measure, part: Part) -> Option<Pooled> {
        let column = self.column(measure, part)?;
        let spans: Vec<&Pooled> = self
            .rows
            .iter()
            .filter_map(|row| match row.cells[column] {
                Cell::Quantile(_, place) => row.spans.get(place),
                Cell::Ratio(..) | Cell::Value(_) | Cell::Absent => None,
            })
            .collect();
        (!spans.is_empty()).then(|| Pooled::all(&spans))
    }

    fn column(&self, measure: &Measure, part: Part) -> Option<usize> {
        let is_it = |known: &Quantity| known.measure == measure && known.part == part;
        self.quantities.iter().position(is_it)
    }

    /// What each replication says, in order; `None` when it is no column.
    pub fn samples(
        &self,
        measure: &Measure,
        part: Part,
    ) -> Option<impl Iterator<Item = Sample<'_>> + Clone> {
        let column = self.column(measure, part)?;
        Some(self.rows.iter().map(move |row| match row.cells[column] {
            Cell::Ratio(part, whole) => Sample::Ratio(part, whole),
            Cell::Value(value) => Sample::Value(value),
            Cell::Quantile(q, place) => match row.spans.get(place) {
                Some(pooled) => Sample::Pooled(q, pooled),
                None => Sample::Absent,
            },
            Cell::Absent => Sample::Absent,
        }))
    }

    fn estimate(&self, measure: &Measure, part: Part) -> Option<Estimate> {
        let controls = self.rows.iter().map(|row| row.controls);
        Estimate::of_samples(measure.unit, self.samples(measure, part)?, controls)
    }
}

/// What estimates are made of.
#[derive(Clone, Copy, Debug)]
pub enum Evidence<'a> {
    /// Whole replications.
    Replications(&'a [Replication]),
    /// Their samples.
    Samples(&'a SampleTable),
}

impl Evidence<'_> {
    /// What all replications together say; `None` when none says anything.
    #[must_use]
    pub fn estimate(self, measure: &'static Measure, part: Part) -> Option<Estimate> {
        match self {
            Evidence::Replications(replications) => measure.estimate(replications, part),
            Evidence::Samples(table) => table.estimate(measure, part),
        }
    }

    /// Calls offered in all of them.
    #[must_use]
    pub fn offered(self) -> u64 {
        match self {
            Evidence::Replications(all) => all.iter().map(|r| r.total.counts.offered).sum(),
            Evidence::Samples(table) => table.rows.iter().map(|row| row.offered).sum(),
        }
    }

    /// How many replications.
    #[must_use]
    pub fn n(self) -> usize {
        match self {
            Evidence::Replications(all) => all.len(),
            Evidence::Samples(table) => table.n(),
        }
    }
}

impl<'a> From<&'a [Replication]> for Evidence<'a> {
    fn from(replications: &'a [Replication]) -> Self {
        Evidence::Replications(replications)
    }
}

impl<'a> From<&'a Vec<Replication>> for Evidence<'a> {
    fn from(replications: &'a Vec<Replication>) -> Self {
        Evidence::Replications(replications)
    }
}

impl<'a> From<&'a SampleTable> for Evidence<'a> {
    fn from(table: &'a SampleTable) -> Self {
        Evidence::Samples(table)
    }
}

fn as_id<S: serde::Serializer>(measure: &&Measure, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(measure.id)
}

fn named<'de, D: serde::Deserializer<'de>>(from: D) -> Result<&'static Measure, D::Error> {
    let id = String::deserialize(from)?;
    Measure::named(&id)
        .ok_or_else(|| serde::de::Error::custom(format!("there is no measure `{id}`")))
}
