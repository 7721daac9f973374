//! macOS: where the profile waits, the keychain, and how an old profile is removed.

use super::edition::{Edition, Step, When};
use super::scene::{Around, Button, Buttons, Label, Mark, Part, Scene, Tail, shown, tap};

const fn window(parts: &'static [Part]) -> Scene<'static> {
    Scene { around: Around::MacWindow, parts }
}

const fn row(label: Label) -> Part {
    Part::Row(Button { label, mark: Mark::None }, Tail::None)
}

const fn press(label: Label) -> Part {
    Part::Row(Button { label, mark: Mark::Tap }, Tail::None)
}

const ALLOW: Step = Step {
    text: "step-macos-allow",
    when: When::Downloads,
    scenes: &[window(&[Part::Dialog(
        &[Part::Text(Label::Word("screen-macos-question"))],
        Buttons::Boxes,
        &[shown("screen-cancel"), tap("screen-macos-allow")],
    )])],
    otherwise: None,
};

const SETTINGS_15: Step = Step {
    text: "step-macos-settings",
    when: When::Always,
    scenes: &[window(&[Part::Beside(
        &[row(Label::Blank(70)), Part::Row(tap("screen-macos-general"), Tail::None), row(Label::Blank(60))],
        &[
            row(Label::Blank(90)),
            Part::Row(tap("screen-macos-devices"), Tail::More),
            Part::Gap,
            press(Label::Offer),
        ],
    )])],
    otherwise: None,
};

const SETTINGS_13: Step = Step {
    text: "step-macos-settings-13",
    when: When::Always,
    scenes: &[window(&[Part::Beside(
        &[row(Label::Blank(70)), Part::Row(tap("screen-macos-privacy"), Tail::None), row(Label::Blank(60))],
        &[
            row(Label::Blank(90)),
            Part::Row(tap("screen-macos-profile"), Tail::More),
            Part::Gap,
            press(Label::Offer),
        ],
    )])],
    otherwise: None,
};

const SETTINGS_12: Step = Step {
    text: "step-macos-settings-12",
    when: When::Always,
    scenes: &[window(&[
        Part::Row(tap("screen-macos-profile"), Tail::None),
        Part::Gap,
        Part::Beside(&[press(Label::Offer)], &[Part::Text(Label::Blank(300))]),
    ])],
    otherwise: None,
};

const INSTALL: Step = Step {
    text: "step-macos-install",
    when: When::Always,
    scenes: &[window(&[Part::Dialog(
        &[Part::Text(Label::Offer), Part::Text(Label::Blank(280))],
        Buttons::Boxes,
        &[shown("screen-cancel"), tap("screen-macos-install")],
    )])],
    otherwise: None,
};

const PASSWORD: Step = Step {
    text: "step-macos-password",
    when: When::Password,
    scenes: &[window(&[Part::Dialog(
        &[
            Part::Text(Label::Blank(180)),
            Part::Field(Some(Label::Word("screen-macos-password")), Label::Blank(0), true),
        ],
        Buttons::Boxes,
        &[shown("screen-cancel"), tap("screen-macos-install")],
    )])],
    otherwise: None,
};

const ALWAYS: Step = Step {
    text: "step-macos-always",
    when: When::Always,
    scenes: &[window(&[Part::Dialog(
        &[
            Part::Text(Label::Blank(280)),
            Part::Field(Some(Label::Word("screen-macos-keychain")), Label::Blank(0), true),
        ],
        Buttons::Boxes,
        &[tap("screen-macos-always"), shown("screen-macos-refuse"), shown("screen-macos-allow")],
    )])],
    otherwise: None,
};

const REMOVE_15: Step = Step {
    text: "removal-macos",
    when: When::Always,
    scenes: &[window(&[Part::Beside(
        &[row(Label::Blank(70)), Part::Row(tap("screen-macos-general"), Tail::None)],
        &[
            Part::Row(tap("screen-macos-devices"), Tail::More),
            Part::Gap,
            row(Label::Blank(90)),
            Part::Row(tap("screen-macos-remove"), Tail::None),
        ],
    )])],
    otherwise: None,
};

const REMOVE_13: Step = Step {
    text: "removal-macos-13",
    when: When::Always,
    scenes: &[window(&[Part::Beside(
        &[row(Label::Blank(70)), Part::Row(tap("screen-macos-privacy"), Tail::None)],
        &[
            Part::Row(tap("screen-macos-profile"), Tail::More),
            Part::Gap,
            row(Label::Blank(90)),
            Part::Row(tap("screen-macos-remove"), Tail::None),
        ],
    )])],
    otherwise: None,
};

const REMOVE_12: Step = Step {
    text: "removal-macos-12",
    when: When::Always,
    scenes: &[window(&[
        Part::Row(tap("screen-macos-profile"), Tail::None),
        Part::Gap,
        Part::Beside(
            &[row(Label::Blank(80)), Part::Row(tap("screen-macos-minus"), Tail::None)],
            &[Part::Text(Label::Blank(260))],
        ),
    ])],
    otherwise: None,
};

const CLOSE_BROWSER: Step =
    Step { text: "asking-macos-close", when: When::Always, scenes: &[], otherwise: None };
const OPEN_BROWSER: Step =
    Step { text: "asking-macos-open", when: When::Always, scenes: &[], otherwise: None };

const CHOOSE: Step = Step {
    text: "asking-macos-choose",
    when: When::Always,
    scenes: &[window(&[Part::Dialog(
        &[
            Part::Text(Label::Blank(180)),
            Part::Choice(Button { label: Label::Blank(150), mark: Mark::None }, true),
        ],
        Buttons::Boxes,
        &[shown("screen-cancel"), tap("screen-macos-continue")],
    )])],
    otherwise: None,
};

const PRIVATE: Step = Step { text: "asking-macos-private", when: When::Always, scenes: &[], otherwise: None };

const ASKING: &[Step] = &[CLOSE_BROWSER, OPEN_BROWSER, CHOOSE, PRIVATE];

/// The editions of macOS, the newest first.
pub static EDITIONS: [Edition; 3] = [
    Edition {
        name: "macos-15",
        from: 15,
        label: Some("edition-macos-15"),
        steps: &[ALLOW, SETTINGS_15, INSTALL, PASSWORD, ALWAYS],
        nothing: "ticket-trouble-prompt-pc",
        removal: &[REMOVE_15],
        asking: ASKING,
        kind: &[],
    },
    Edition {
        name: "macos-13",
        from: 13,
        label: Some("edition-macos-13"),
        steps: &[ALLOW, SETTINGS_13, INSTALL, PASSWORD, ALWAYS],
        nothing: "ticket-trouble-prompt-pc",
        removal: &[REMOVE_13],
        asking: ASKING,
        kind: &[],
    },
    Edition {
        name: "macos-12",
        from: 0,
        label: Some("edition-macos-12"),
        steps: &[ALLOW, SETTINGS_12, INSTALL, PASSWORD, ALWAYS],
        nothing: "ticket-trouble-prompt-pc",
        removal: &[REMOVE_12],
        asking: ASKING,
        kind: &[],
    },
];
