//! The labels of every metric. Their values come from lists of ours.

use prometheus_client::encoding::EncodeLabelSet;

/// Of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Request {
    pub(super) site: &'static str,
    pub(super) method: &'static str,
    pub(super) route: String,
    pub(super) status: u16,
}

/// Of a request's duration.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Route {
    pub(super) site: &'static str,
    pub(super) route: String,
}

/// Of a refusal or an error.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Code {
    pub(super) code: &'static str,
}

/// Of whatever ends in one of some ways.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Outcome {
    pub(super) outcome: &'static str,
}

/// Of a step in an enrollment's life.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Event {
    pub(super) event: &'static str,
}

/// Of a device.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Device {
    pub(super) platform: &'static str,
}

/// Of a call of the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Call {
    pub(super) engine: &'static str,
    pub(super) operation: &'static str,
    pub(super) outcome: &'static str,
}

/// Of work that recurs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Task {
    pub(super) task: &'static str,
}

/// Of one round of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Round {
    pub(super) task: &'static str,
    pub(super) outcome: &'static str,
}
