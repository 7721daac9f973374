//! The steps from the scan to the proof, as the pages show them and as a live view tells them.

use jiff::Timestamp;
use serde::Serialize;

use super::flash::Tone;
use crate::enrollment::{Progress, Standing};
use crate::http::words::Words;

/// What became of the link that a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkStanding {
    /// It can be scanned.
    Alive,
    /// Its time is over.
    Ended,
    /// It was made anew somewhere else.
    Replaced,
    /// It was used, or nothing more will come of it.
    Spent,
}

impl LinkStanding {
    /// The word for tests and style.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Ended => "ended",
            Self::Replaced => "replaced",
            Self::Spent => "spent",
        }
    }
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its word for tests, style and script.
    pub name: &'static str,
    /// Its text.
    pub key: &'static str,
    /// Whether it is behind them.
    pub done: bool,
    /// When, where that is known.
    pub at: Option<Timestamp>,
}

/// How far somebody is.
#[derive(Debug, Clone)]
pub struct ProgressView {
    /// Where the enrollment stands.
    pub state: &'static str,
    /// What became of the link.
    pub link: LinkStanding,
    /// The steps, in their order.
    pub steps: Vec<Step>,
    /// What is waited for, or what happened, in a sentence.
    pub told: String,
    /// How that is meant.
    pub tone: Tone,
    /// Whether nothing more will come.
    pub over: bool,
}

/// What a live view is told.
#[derive(Debug, Serialize)]
struct Tidings<'a> {
    state: &'a str,
    link: LinkStanding,
    told: &'a str,
    tone: &'a str,
    over: bool,
    steps: Vec<StepTidings<'a>>,
}

#[derive(Debug, Serialize)]
struct StepTidings<'a> {
    name: &'a str,
    done: bool,
    at: Option<String>,
}

impl ProgressView {
    /// As it is now. `shown` is when the link ends that a page shows, where it shows one.
    #[must_use]
    pub fn of(words: Words, progress: &Progress, shown: Option<Timestamp>, now: Timestamp) -> Self {
        let it = &progress.summary;
        let link = link(progress, shown, now);
        let (told, tone) = told(words, progress, link, now);
        // Whoever is further has done what comes before, even where nobody saw it.
        let ats = [progress.opened_at, it.claimed_at, progress.fetched_at, it.installed_at];
        let furthest = match it.state {
            Standing::Installed => 4,
            Standing::Fetched => 3,
            _ if it.claimed_at.is_some() => {
                ats.iter().rposition(Option::is_some).map_or(2, |place| (place + 1).max(2))
            }
            _ => usize::from(progress.opened_at.is_some()),
        };
        let names = [
            ("opened", "step-opened"),
            ("claimed", "step-claimed"),
            ("fetched", "step-fetched"),
            ("installed", "step-installed"),
        ];
        let steps = names.into_iter().zip(ats).enumerate();
        let steps =
            steps.map(|(place, ((name, key), at))| Step { name, key, done: place < furthest, at }).collect();
        let over = link == LinkStanding::Replaced
            || matches!(
                it.state,
                Standing::Installed
                    | Standing::Replaced
                    | Standing::Revoked
                    | Standing::Cancelled
                    | Standing::Expired
            );
        Self { state: it.state.name(), link, steps, told, tone, over }
    }

    /// As a live view is told it: one line of JSON.
    #[must_use]
    pub fn to_line(&self, words: Words) -> String {
        let step = |step: &Step| StepTidings {
            name: step.name,
            done: step.done,
            at: step.at.map(|at| words.time_of_day(at)),
        };
        let tidings = Tidings {
            state: self.state,
            link: self.link,
            told: &self.told,
            tone: self.tone.class(),
            over: self.over,
            steps: self.steps.iter().map(step).collect(),
        };
        serde_json::to_string(&tidings).unwrap_or_default()
    }
}

fn link(progress: &Progress, shown: Option<Timestamp>, now: Timestamp) -> LinkStanding {
    let it = &progress.summary;
    match it.state {
        Standing::Invited | Standing::Locked => {
            // A link that is made anew has an end of its own.
            let is_another =
                shown.is_some_and(|shown| shown.as_millisecond() != it.link_expires_at.as_millisecond());
            match () {
                () if is_another => LinkStanding::Replaced,
                () if now >= it.link_expires_at => LinkStanding::Ended,
                () => LinkStanding::Alive,
            }
        }
        _ => LinkStanding::Spent,
    }
}

fn told(words: Words, progress: &Progress, link: LinkStanding, now: Timestamp) -> (String, Tone) {
    let it = &progress.summary;
    let plain = |key: &str, tone: Tone| (words.say(key).plain(), tone);
    match it.state {
        Standing::Installed => plain("live-installed", Tone::Good),
        Standing::Fetched => plain("live-fetched", Tone::Busy),
        Standing::Claimed if progress.fetching_at.is_some() => plain("live-fetching", Tone::Busy),
        Standing::Claimed => {
            let device = it.platform.map(|platform| words.device(platform)).unwrap_or_default();
            (words.say("live-claimed").with("device", device).plain(), Tone::Busy)
        }
        Standing::Cancelled => plain("live-cancelled", Tone::Bad),
        Standing::Revoked => plain("live-revoked", Tone::Bad),
        Standing::Replaced => plain("live-replaced", Tone::Warning),
        Standing::Expired => plain("live-expired", Tone::Warning),
        Standing::Invited | Standing::Locked if link == LinkStanding::Replaced => {
            plain("live-link-replaced", Tone::Warning)
        }
        Standing::Locked => {
            let until = it.locked_until.unwrap_or(now);
            (words.say("live-locked").with("until", words.time_of_day(until)).plain(), Tone::Warning)
        }
        // Whoever has the page open cannot go on there either.
        Standing::Invited if link == LinkStanding::Ended => plain("live-link-ended", Tone::Warning),
        Standing::Invited => match (progress.attempts_left, progress.opened_at) {
            (Some(left), _) => (words.say("live-wrong").with("count", left).plain(), Tone::Warning),
            (None, Some(_)) => plain("live-opened", Tone::Busy),
            (None, None) => plain("live-waiting", Tone::Plain),
        },
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step is a failed test")]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::http::console::enrollment_samples::followed;
    use crate::http::console::samples::now;
    use crate::http::language::Language;

    const JA: Words = Words(Language::Japanese);

    fn done(view: &ProgressView) -> Vec<&str> {
        view.steps.iter().filter(|step| step.done).map(|step| step.name).collect()
    }

    #[test]
    fn whoever_is_further_has_done_what_comes_before() {
        for (state, steps) in
            [(Standing::Invited, 0), (Standing::Claimed, 2), (Standing::Fetched, 3), (Standing::Installed, 4)]
        {
            let view = ProgressView::of(JA, &followed(state), None, now());
            assert_eq!(done(&view), ["opened", "claimed", "fetched", "installed"][..steps], "{state}");
            assert_eq!(view.over, state == Standing::Installed);
        }
        let opened = Progress { opened_at: Some(now()), ..followed(Standing::Invited) };
        assert_eq!(done(&ProgressView::of(JA, &opened, None, now())), ["opened"]);
    }

    #[test]
    fn a_link_that_ended_or_was_made_anew_is_told_as_that() {
        let progress = followed(Standing::Invited);
        let ends = progress.summary.link_expires_at;
        let view = |shown, now| ProgressView::of(JA, &progress, shown, now);
        assert_eq!(view(Some(ends), now()).link, LinkStanding::Alive);
        let ended = view(Some(ends), ends);
        assert_eq!((ended.link, ended.over), (LinkStanding::Ended, false));
        let earlier = ends.checked_sub(SignedDuration::from_secs(1)).unwrap();
        let replaced = view(Some(earlier), now());
        assert_eq!((replaced.link, replaced.over), (LinkStanding::Replaced, true));
        assert_ne!(ended.told, replaced.told);
        let claimed = ProgressView::of(JA, &followed(Standing::Claimed), Some(earlier), now());
        assert_eq!(claimed.link, LinkStanding::Spent);
    }

    #[test]
    fn what_a_live_view_is_told_is_one_line_without_readings() {
        let line = ProgressView::of(JA, &followed(Standing::Fetched), None, now()).to_line(JA);
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert!(!line.contains('\n') && !line.contains("<ruby"), "{line}");
        assert_eq!(told["state"], "fetched");
        assert_eq!(told["steps"][2]["done"], true);
        assert!(told["steps"][3]["at"].is_null());
    }
}
