//! iPhone and iPad: where the profile waits, what is asked, and how an old one is removed.

use super::edition::{Edition, Step, When};
use super::scene::{Around, Button, Buttons, Label, Mark, Part, Scene, Tail, shown, tap};

const fn top(parts: &'static [Part]) -> Scene<'static> {
    Scene { around: Around::PhoneTop, parts }
}

const fn middle(parts: &'static [Part]) -> Scene<'static> {
    Scene { around: Around::PhoneMiddle, parts }
}

const fn blank(long: i32) -> Part {
    Part::Row(Button { label: Label::Blank(long), mark: Mark::None }, Tail::More)
}

const ALLOW: Step = Step {
    text: "step-ios-allow",
    when: When::Downloads,
    scenes: &[middle(&[Part::Dialog(
        &[Part::Title(Label::Word("screen-ios-question"))],
        Buttons::Shared,
        &[shown("screen-ios-ignore"), tap("screen-ios-allow")],
    )])],
    otherwise: None,
};

const CLOSE: Step = Step {
    text: "step-ios-close",
    when: When::Downloads,
    scenes: &[middle(&[Part::Dialog(
        &[Part::Title(Label::Word("screen-ios-downloaded")), Part::Text(Label::Blank(240))],
        Buttons::Shared,
        &[tap("screen-ios-close")],
    )])],
    otherwise: None,
};

const WAITING: Scene<'static> = top(&[
    Part::Status,
    Part::Heading(Label::Word("screen-settings"), true),
    Part::Account,
    Part::Row(tap("screen-ios-waiting"), Tail::More),
    Part::Gap,
    blank(110),
    blank(70),
]);

const SETTINGS: Step = Step {
    text: "step-ios-settings",
    when: When::Always,
    scenes: &[WAITING],
    otherwise: Some((
        "step-ios-elsewhere",
        top(&[
            Part::Status,
            Part::Heading(Label::Word("screen-settings"), true),
            Part::Row(tap("screen-ios-general"), Tail::More),
            Part::Gap,
            Part::Row(tap("screen-ios-vpn"), Tail::More),
            Part::Gap,
            Part::Text(Label::Word("screen-ios-profile-waiting")),
            Part::Row(Button { label: Label::Offer, mark: Mark::Tap }, Tail::More),
        ]),
    )),
};

const SETTINGS_14: Step = Step {
    text: "step-ios-settings",
    when: When::Always,
    scenes: &[WAITING],
    otherwise: Some((
        "step-ios-elsewhere-14",
        top(&[
            Part::Status,
            Part::Heading(Label::Word("screen-settings"), true),
            Part::Row(tap("screen-ios-general"), Tail::More),
            Part::Gap,
            Part::Row(tap("screen-ios-profile"), Tail::More),
            Part::Gap,
            Part::Text(Label::Word("screen-ios-profile-waiting")),
            Part::Row(Button { label: Label::Offer, mark: Mark::Tap }, Tail::More),
        ]),
    )),
};

const INSTALL: Step = Step {
    text: "step-ios-install",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Bar(
            Some(shown("screen-cancel")),
            Some(Label::Word("screen-ios-profile")),
            Some(tap("screen-ios-install")),
        ),
        Part::Gap,
        Part::Row(Button { label: Label::Offer, mark: Mark::None }, Tail::None),
        blank(130),
    ])],
    otherwise: None,
};

const PASSCODE: Step = Step {
    text: "step-ios-passcode",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Bar(None, Some(Label::Word("screen-ios-enter-passcode")), Some(shown("screen-cancel"))),
        Part::Gap,
        Part::Passcode,
        Part::Gap,
    ])],
    otherwise: None,
};

const CONSENT: Step = Step {
    text: "step-ios-consent",
    when: When::Consent,
    scenes: &[top(&[
        Part::Status,
        Part::Bar(
            Some(shown("screen-cancel")),
            Some(Label::Word("screen-ios-agree")),
            Some(tap("screen-ios-next")),
        ),
        Part::Text(Label::Blank(520)),
    ])],
    otherwise: None,
};

const CONFIRM: Step = Step {
    text: "step-ios-confirm",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Bar(
            Some(shown("screen-cancel")),
            Some(Label::Word("screen-ios-warning")),
            Some(tap("screen-ios-install")),
        ),
        Part::Text(Label::Blank(380)),
        Part::Dialog(&[Part::Text(Label::Blank(150))], Buttons::Shared, &[tap("screen-ios-install")]),
    ])],
    otherwise: None,
};

const PASSWORD: Step = Step {
    text: "step-ios-password",
    when: When::Password,
    scenes: &[top(&[
        Part::Status,
        Part::Bar(
            Some(shown("screen-cancel")),
            Some(Label::Word("screen-ios-enter-password")),
            Some(tap("screen-ios-next")),
        ),
        Part::Gap,
        Part::Field(None, Label::Blank(0), true),
    ])],
    otherwise: None,
};

const DONE: Step = Step {
    text: "step-ios-done",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Bar(None, Some(Label::Word("screen-ios-installed")), Some(tap("screen-ios-done"))),
        Part::Gap,
        Part::Row(Button { label: Label::Offer, mark: Mark::None }, Tail::None),
    ])],
    otherwise: None,
};

const TRUST_WHERE: Step = Step {
    text: "step-ios-trust-where",
    when: When::Root,
    scenes: &[top(&[
        Part::Status,
        Part::Heading(Label::Word("screen-settings"), true),
        Part::Row(tap("screen-ios-general"), Tail::More),
        Part::Gap,
        Part::Row(tap("screen-ios-about"), Tail::More),
        Part::Gap,
        Part::Row(tap("screen-ios-trust"), Tail::More),
    ])],
    otherwise: None,
};

const TRUST: Step = Step {
    text: "step-ios-trust",
    when: When::Root,
    scenes: &[
        top(&[
            Part::Status,
            Part::Bar(None, Some(Label::Word("screen-ios-trust")), None),
            Part::Row(Button { label: Label::Blank(100), mark: Mark::Tap }, Tail::Switch),
        ]),
        middle(&[Part::Dialog(
            &[Part::Text(Label::Blank(260))],
            Buttons::Shared,
            &[shown("screen-cancel"), tap("screen-ios-continue")],
        )]),
    ],
    otherwise: None,
};

const SAFARI: Step = Step { text: "step-ios-safari", when: When::Always, scenes: &[], otherwise: None };

const REMOVE_WHERE: Step = Step {
    text: "removal-ios-where",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Heading(Label::Word("screen-settings"), true),
        Part::Row(tap("screen-ios-general"), Tail::More),
        Part::Gap,
        Part::Row(tap("screen-ios-vpn"), Tail::More),
    ])],
    otherwise: None,
};

const REMOVE_WHERE_14: Step = Step {
    text: "removal-ios-where-14",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Heading(Label::Word("screen-settings"), true),
        Part::Row(tap("screen-ios-general"), Tail::More),
        Part::Gap,
        Part::Row(tap("screen-ios-profile"), Tail::More),
    ])],
    otherwise: None,
};

const REMOVE: Step = Step {
    text: "removal-ios",
    when: When::Always,
    scenes: &[top(&[
        Part::Status,
        Part::Bar(None, Some(Label::Word("screen-ios-profile")), None),
        blank(120),
        Part::Gap,
        Part::Row(tap("screen-ios-remove"), Tail::None),
    ])],
    otherwise: None,
};

const CLOSE_BROWSER: Step =
    Step { text: "asking-ios-close", when: When::Always, scenes: &[], otherwise: None };
const OPEN_BROWSER: Step = Step { text: "asking-ios-open", when: When::Always, scenes: &[], otherwise: None };

const CHOOSE: Step = Step {
    text: "asking-ios-choose",
    when: When::Always,
    scenes: &[middle(&[Part::Dialog(
        &[
            Part::Text(Label::Blank(150)),
            Part::Choice(Button { label: Label::Blank(110), mark: Mark::None }, true),
        ],
        Buttons::Shared,
        &[shown("screen-cancel"), tap("screen-ios-continue")],
    )])],
    otherwise: None,
};

const PRIVATE: Step = Step { text: "asking-ios-private", when: When::Always, scenes: &[], otherwise: None };

const ASKING: &[Step] = &[CLOSE_BROWSER, OPEN_BROWSER, CHOOSE, PRIVATE];

/// The editions of iOS and iPadOS, the newest first.
pub static EDITIONS: [Edition; 3] = [
    Edition {
        name: "ios-18",
        from: 18,
        label: Some("edition-ios-18"),
        steps: &[
            ALLOW,
            CLOSE,
            SETTINGS,
            INSTALL,
            PASSCODE,
            CONSENT,
            CONFIRM,
            PASSWORD,
            DONE,
            TRUST_WHERE,
            TRUST,
            SAFARI,
        ],
        nothing: "ticket-trouble-prompt-ios",
        removal: &[REMOVE_WHERE, REMOVE],
        asking: ASKING,
        kind: &[],
    },
    Edition {
        name: "ios-15",
        from: 15,
        label: Some("edition-ios-15"),
        steps: &[
            ALLOW,
            CLOSE,
            SETTINGS,
            INSTALL,
            PASSCODE,
            CONSENT,
            CONFIRM,
            PASSWORD,
            DONE,
            TRUST_WHERE,
            TRUST,
            SAFARI,
        ],
        nothing: "ticket-trouble-prompt-ios-17",
        removal: &[REMOVE_WHERE, REMOVE],
        asking: ASKING,
        kind: &[],
    },
    Edition {
        name: "ios-14",
        from: 0,
        label: Some("edition-ios-14"),
        steps: &[
            ALLOW,
            CLOSE,
            SETTINGS_14,
            INSTALL,
            PASSCODE,
            CONSENT,
            CONFIRM,
            PASSWORD,
            DONE,
            TRUST_WHERE,
            TRUST,
            SAFARI,
        ],
        nothing: "ticket-trouble-prompt-ios-17",
        removal: &[REMOVE_WHERE_14, REMOVE],
        asking: ASKING,
        kind: &[],
    },
];
