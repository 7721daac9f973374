//! What is looked at only when somebody asks: lengths of queues, ready keys, ends of certificates.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Unit;

/// Whether a value only grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It goes up and down.
    Gauge,
    /// It only grows, from the start of the process on.
    Counter,
    /// It is a moment, in seconds since 1970.
    Moment,
}

/// One metric as it stands at this moment.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Its name, without the prefix `tegata_` and without a suffix for its kind.
    pub name: &'static str,
    /// What it says, without a full stop.
    pub about: &'static str,
    /// How its values behave.
    pub kind: Kind,
    /// The label that tells its values apart.
    pub label: &'static str,
    /// Its values by that label.
    pub values: Vec<(&'static str, f64)>,
}

/// What takes readings.
pub(super) type Take = Arc<dyn Fn() -> Vec<Reading> + Send + Sync>;

/// Takes readings whenever somebody asks.
pub(super) struct Readings(pub(super) Take);

impl fmt::Debug for Readings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Readings(..)")
    }
}

impl Collector for Readings {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        for reading in (self.0)() {
            write(&reading, &mut encoder)?;
        }
        Ok(())
    }
}

fn write(reading: &Reading, encoder: &mut DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
    let about = format!("{}.", reading.about);
    let unit = (reading.kind == Kind::Moment).then_some(&Unit::Seconds);
    let kind = match reading.kind {
        Kind::Counter => ConstCounter::new(0.0_f64).metric_type(),
        Kind::Gauge | Kind::Moment => ConstGauge::new(0.0_f64).metric_type(),
    };
    let mut metric = encoder.encode_descriptor(reading.name, &about, unit, kind)?;
    for (value_of, value) in &reading.values {
        let labels = [(reading.label, *value_of)];
        let one = metric.encode_family(&labels)?;
        match reading.kind {
            Kind::Counter => ConstCounter::new(*value).encode(one)?,
            Kind::Gauge | Kind::Moment => ConstGauge::new(*value).encode(one)?,
        }
    }
    Ok(())
}
