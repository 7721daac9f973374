//! Android: the installer, the kind of certificate, and how an old one is removed.

use super::edition::{Edition, Step, When};
use super::scene::{Around, Button, Buttons, Label, Mark, Part, Scene, Tail, shown, tap};

const fn top(parts: &'static [Part]) -> Scene<'static> {
    Scene { around: Around::PhoneTop, parts }
}

const fn middle(parts: &'static [Part]) -> Scene<'static> {
    Scene { around: Around::PhoneMiddle, parts }
}

const OPEN: Step = Step {
    text: "step-android-open",
    when: When::Downloads,
    scenes: &[Scene {
        around: Around::PhoneBottom,
        parts: &[Part::Text(Label::Blank(200)), Part::Toast(Label::File, Some(tap("screen-android-open")))],
    }],
    otherwise: None,
};

const OPEN_AGAIN: Step =
    Step { text: "step-open-downloaded", when: When::UsedUp, scenes: &[], otherwise: None };

const PASSWORD: Step = Step {
    text: "step-android-password",
    when: When::Password,
    scenes: &[middle(&[Part::Dialog(
        &[Part::Field(Some(Label::Word("screen-android-password")), Label::Blank(0), true)],
        Buttons::Words,
        &[shown("screen-cancel"), tap("screen-ok")],
    )])],
    otherwise: None,
};

const KIND: Step = Step {
    text: "step-android-kind",
    when: When::Always,
    scenes: &[middle(&[Part::Dialog(
        &[
            Part::Text(Label::Word("screen-android-kind")),
            Part::Choice(tap("screen-android-vpn"), true),
            Part::Choice(Button { label: Label::Word("screen-android-wifi"), mark: Mark::Never }, false),
        ],
        Buttons::Words,
        &[shown("screen-cancel"), tap("screen-ok")],
    )])],
    otherwise: None,
};

const NAME: Step = Step {
    text: "step-android-name",
    when: When::Always,
    scenes: &[middle(&[Part::Dialog(
        &[Part::Field(Some(Label::Word("screen-android-name")), Label::Certificate, false)],
        Buttons::Words,
        &[shown("screen-cancel"), tap("screen-ok")],
    )])],
    otherwise: None,
};

/// Before Android 11 name and kind are asked for together.
const NAME_AND_KIND: Step = Step {
    text: "step-android-kind-old",
    when: When::Always,
    scenes: &[middle(&[Part::Dialog(
        &[
            Part::Field(Some(Label::Word("screen-android-name")), Label::Certificate, false),
            Part::Text(Label::Word("screen-android-use")),
            Part::Choice(tap("screen-android-vpn-old"), true),
            Part::Choice(Button { label: Label::Word("screen-android-wifi-old"), mark: Mark::Never }, false),
        ],
        Buttons::Words,
        &[shown("screen-cancel"), tap("screen-ok")],
    )])],
    otherwise: None,
};

const LOCK: Step = Step { text: "step-android-lock", when: When::Always, scenes: &[], otherwise: None };

const DONE: Step = Step {
    text: "step-android-done",
    when: When::Always,
    scenes: &[Scene {
        around: Around::PhoneBottom,
        parts: &[Part::Text(Label::Blank(130)), Part::Toast(Label::Word("screen-android-installed"), None)],
    }],
    otherwise: None,
};

const DONE_OLD: Step = Step {
    text: "step-android-done",
    when: When::Always,
    scenes: &[Scene {
        around: Around::PhoneBottom,
        parts: &[
            Part::Text(Label::Blank(130)),
            Part::Toast(Label::Word("screen-android-installed-old"), None),
        ],
    }],
    otherwise: None,
};

const CHROME: Step = Step { text: "step-android-chrome", when: When::Always, scenes: &[], otherwise: None };

const REMOVE_WHERE: Step = Step {
    text: "removal-android-where",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Heading(Label::Word("screen-settings"), true),
        Part::Row(tap("screen-android-security"), Tail::None),
        Part::Gap,
        Part::Row(tap("screen-android-more"), Tail::None),
        Part::Gap,
        Part::Row(tap("screen-android-encryption"), Tail::None),
        Part::Gap,
        Part::Row(tap("screen-android-user"), Tail::None),
    ])],
    otherwise: None,
};

const REMOVE_WHERE_10: Step = Step {
    text: "removal-android-where-10",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Heading(Label::Word("screen-settings"), true),
        Part::Row(tap("screen-android-security-old"), Tail::None),
        Part::Gap,
        Part::Row(tap("screen-android-encryption"), Tail::None),
        Part::Gap,
        Part::Row(tap("screen-android-user"), Tail::None),
    ])],
    otherwise: None,
};

const REMOVE: Step = Step {
    text: "removal-android",
    when: When::Always,
    scenes: &[middle(&[Part::Dialog(
        &[Part::Text(Label::Word("screen-android-details")), Part::Text(Label::Blank(220))],
        Buttons::Words,
        &[tap("screen-delete"), shown("screen-ok")],
    )])],
    otherwise: None,
};

const CLOSE_BROWSER: Step =
    Step { text: "asking-android-close", when: When::Always, scenes: &[], otherwise: None };
const OPEN_BROWSER: Step =
    Step { text: "asking-android-open", when: When::Always, scenes: &[], otherwise: None };

const CHOOSE: Step = Step {
    text: "asking-android-choose",
    when: When::Always,
    scenes: &[middle(&[Part::Dialog(
        &[
            Part::Text(Label::Word("screen-android-choose")),
            Part::Choice(Button { label: Label::Blank(110), mark: Mark::None }, true),
        ],
        Buttons::Words,
        &[shown("screen-android-refuse"), tap("screen-android-select")],
    )])],
    otherwise: None,
};

const PRIVATE: Step =
    Step { text: "asking-android-private", when: When::Always, scenes: &[], otherwise: None };
const FILE_AGAIN: Step = Step { text: "kind-android-file", when: When::Always, scenes: &[], otherwise: None };

const ASKING: &[Step] = &[CLOSE_BROWSER, OPEN_BROWSER, CHOOSE, PRIVATE];

/// The editions of Android, the newest first.
pub static EDITIONS: [Edition; 2] = [
    Edition {
        name: "android-11",
        from: 11,
        label: Some("edition-android-11"),
        steps: &[OPEN, OPEN_AGAIN, PASSWORD, KIND, NAME, DONE, CHROME],
        nothing: "ticket-trouble-prompt-file",
        removal: &[REMOVE_WHERE, REMOVE],
        asking: ASKING,
        kind: &[REMOVE_WHERE, REMOVE, FILE_AGAIN, KIND],
    },
    Edition {
        name: "android-10",
        from: 0,
        label: Some("edition-android-10"),
        steps: &[OPEN, OPEN_AGAIN, PASSWORD, NAME_AND_KIND, LOCK, DONE_OLD, CHROME],
        nothing: "ticket-trouble-prompt-file",
        removal: &[REMOVE_WHERE_10, REMOVE],
        asking: ASKING,
        kind: &[REMOVE_WHERE_10, REMOVE, FILE_AGAIN, NAME_AND_KIND],
    },
];
