//! Windows: the wizard that imports a certificate, and how an old one is removed.

use super::edition::{Edition, Step, When};
use super::scene::{Around, Button, Label, Mark, Part, Scene, Tail, shown, tap};

const fn wizard(parts: &'static [Part]) -> Scene<'static> {
    Scene { around: Around::Window(Label::Word("screen-windows-wizard")), parts }
}

const fn blank(long: i32) -> Button {
    Button { label: Label::Blank(long), mark: Mark::None }
}

const OPEN: Step = Step {
    text: "step-windows-open",
    when: When::Downloads,
    scenes: &[Scene {
        around: Around::Window(Label::Word("screen-windows-downloads")),
        parts: &[
            Part::Row(Button { label: Label::File, mark: Mark::None }, Tail::None),
            Part::Row(tap("screen-windows-open"), Tail::None),
        ],
    }],
    otherwise: None,
};

const OPEN_AGAIN: Step =
    Step { text: "step-open-downloaded", when: When::UsedUp, scenes: &[], otherwise: None };

const USER: Step = Step {
    text: "step-windows-user",
    when: When::Always,
    scenes: &[wizard(&[
        Part::Text(Label::Blank(230)),
        Part::Choice(tap("screen-windows-user"), true),
        Part::Choice(shown("screen-windows-machine"), false),
        Part::Gap,
        Part::Buttons(&[tap("screen-windows-next"), shown("screen-cancel")]),
    ])],
    otherwise: None,
};

const FILE: Step = Step {
    text: "step-windows-file",
    when: When::Always,
    scenes: &[wizard(&[
        Part::Field(Some(Label::Word("screen-windows-file")), Label::File, false),
        Part::Buttons(&[tap("screen-windows-next"), shown("screen-cancel")]),
    ])],
    otherwise: None,
};

const PASSWORD: Step = Step {
    text: "step-windows-password",
    when: When::Password,
    scenes: &[wizard(&[
        Part::Field(Some(Label::Word("screen-windows-password")), Label::Blank(0), true),
        Part::Check(Label::Blank(190)),
        Part::Check(Label::Blank(150)),
        Part::Buttons(&[tap("screen-windows-next"), shown("screen-cancel")]),
    ])],
    otherwise: None,
};

const STORE: Step = Step {
    text: "step-windows-store",
    when: When::Always,
    scenes: &[wizard(&[
        Part::Choice(tap("screen-windows-automatic"), true),
        Part::Choice(blank(180), false),
        Part::Buttons(&[tap("screen-windows-next"), shown("screen-cancel")]),
    ])],
    otherwise: None,
};

const FINISH: Step = Step {
    text: "step-windows-finish",
    when: When::Always,
    scenes: &[wizard(&[
        Part::Text(Label::Blank(260)),
        Part::Buttons(&[tap("screen-windows-finish"), shown("screen-cancel")]),
    ])],
    otherwise: None,
};

const ROOT: Step = Step {
    text: "step-windows-root",
    when: When::Root,
    scenes: &[Scene {
        around: Around::Window(Label::Word("screen-windows-warning")),
        parts: &[Part::Text(Label::Blank(560)), Part::Buttons(&[tap("screen-yes"), shown("screen-no")])],
    }],
    otherwise: None,
};

const DONE: Step = Step {
    text: "step-windows-done",
    when: When::Always,
    scenes: &[Scene {
        around: Around::Window(Label::Word("screen-windows-wizard")),
        parts: &[Part::Text(Label::Word("screen-windows-imported")), Part::Buttons(&[tap("screen-ok")])],
    }],
    otherwise: None,
};

const RESTART: Step = Step { text: "step-windows-restart", when: When::Always, scenes: &[], otherwise: None };

const REMOVE_WHERE: Step = Step {
    text: "removal-windows-where",
    when: When::Always,
    scenes: &[Scene {
        around: Around::Window(Label::Word("screen-windows-start")),
        parts: &[
            Part::Field(None, Label::Word("screen-windows-certmgr"), false),
            Part::Row(tap("screen-windows-certmgr"), Tail::None),
        ],
    }],
    otherwise: None,
};

const REMOVE: Step = Step {
    text: "removal-windows",
    when: When::Always,
    scenes: &[Scene {
        around: Around::Window(Label::Word("screen-windows-certmgr")),
        parts: &[Part::Beside(
            &[
                Part::Row(tap("screen-windows-personal"), Tail::None),
                Part::Row(tap("screen-windows-certificates"), Tail::None),
            ],
            &[Part::Row(blank(90), Tail::None), Part::Gap, Part::Row(tap("screen-delete"), Tail::None)],
        )],
    }],
    otherwise: None,
};

const CLOSE_BROWSER: Step =
    Step { text: "asking-windows-close", when: When::Always, scenes: &[], otherwise: None };
const OPEN_BROWSER: Step =
    Step { text: "asking-windows-open", when: When::Always, scenes: &[], otherwise: None };

const CHOOSE: Step = Step {
    text: "asking-windows-choose",
    when: When::Always,
    scenes: &[Scene {
        around: Around::Window(Label::Word("screen-windows-choose")),
        parts: &[Part::Choice(blank(160), true), Part::Buttons(&[tap("screen-ok"), shown("screen-cancel")])],
    }],
    otherwise: None,
};

const PRIVATE: Step =
    Step { text: "asking-windows-private", when: When::Always, scenes: &[], otherwise: None };

/// The one edition of Windows: 10 and 11 have the same wizard.
pub static EDITIONS: [Edition; 1] = [Edition {
    name: "windows-10",
    from: 0,
    label: None,
    steps: &[OPEN, OPEN_AGAIN, USER, FILE, PASSWORD, STORE, FINISH, ROOT, DONE, RESTART],
    nothing: "ticket-trouble-prompt-pc",
    removal: &[REMOVE_WHERE, REMOVE],
    asking: &[CLOSE_BROWSER, OPEN_BROWSER, CHOOSE, PRIVATE],
    kind: &[],
}];
