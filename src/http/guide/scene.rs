//! What a picture of a screen is made of. A scene is a value: `draw` makes a picture of it, in the system's language.

/// What stands somewhere on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// Words of the system, by the key of its text.
    Word(&'static str),
    /// Words that nobody has to read: a grey bar of this length, in units of the picture.
    Blank(i32),
    /// The certificate's name, as the device shows it.
    Certificate,
    /// The file's name.
    File,
    /// What is handed out: the name of a configuration profile.
    Offer,
}

/// What the person does with a thing on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    None,
    /// Taps or presses it.
    Tap,
    /// Must not choose it: it is drawn crossed out.
    Never,
}

/// Something that can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Button {
    /// What stands on it.
    pub label: Label,
    /// What the person does with it.
    pub mark: Mark,
}

/// A button that is only there.
pub const fn shown(key: &'static str) -> Button {
    Button { label: Label::Word(key), mark: Mark::None }
}

/// The button to press.
pub const fn tap(key: &'static str) -> Button {
    Button { label: Label::Word(key), mark: Mark::Tap }
}

/// What stands at the end of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing.
    None,
    /// The sign that another screen follows.
    More,
    /// A switch that is on.
    Switch,
}

/// How the buttons of a dialog stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Buttons {
    /// Side by side over the whole width, as on an iPhone.
    Shared,
    /// Words at the right end, as on Android.
    Words,
    /// Boxes at the right end, as on a PC.
    Boxes,
}

/// Small drawings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// Three points in a row.
    Dots,
    /// Three points one above the other.
    Kebab,
    /// The sign for sharing: a box with an arrow out of it.
    Share,
    /// Safari's compass.
    Compass,
}

/// Where something stands on a screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corner {
    /// Top right.
    TopRight,
    /// Bottom right.
    BottomRight,
}

impl Glyph {
    /// Its name, by which a text chooses its words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dots => "dots",
            Self::Kebab => "kebab",
            Self::Share => "share",
            Self::Compass => "compass",
        }
    }
}

impl Corner {
    /// Its name, by which a text chooses its words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TopRight => "top-right",
            Self::BottomRight => "bottom-right",
        }
    }
}

/// One part of a screen; the parts stand one below the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The top end of a phone or tablet.
    Status,
    /// The bar of a screen: a word at the left, its title, a word at the right.
    Bar(Option<Button>, Option<Label>, Option<Button>),
    /// The large title of a screen; `true` with the gear of the settings before it.
    Heading(Label, bool),
    /// A line of a list. Lines that follow each other share one ground.
    Row(Button, Tail),
    /// The line of a person's account: a round picture and two grey bars.
    Account,
    /// An empty space.
    Gap,
    /// Words to read, over as many lines as they take.
    Text(Label),
    /// The same, bold and in the middle.
    Title(Label),
    /// A field with its name above; `true` where dots stand in it.
    Field(Option<Label>, Label, bool),
    /// One of several things to choose from; `true` where it is chosen.
    Choice(Button, bool),
    /// A box that may be ticked, and is left empty.
    Check(Label),
    /// Six places for the digits of a passcode.
    Passcode,
    /// A dialog over the screen, with its buttons.
    Dialog(&'static [Part], Buttons, &'static [Button]),
    /// The buttons of a window, at its right end.
    Buttons(&'static [Button]),
    /// A short message at the bottom of the screen, with a word to press.
    Toast(Label, Option<Button>),
    /// A list at the left and what belongs to its chosen line at the right.
    Beside(&'static [Part], &'static [Part]),
    /// An application's page with a sign in a corner to press.
    Page(Corner, Glyph),
    /// A browser's line for the address, with what appears below it when it is held or pressed.
    Address(Button),
}

/// What surrounds the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// A phone from its top end; on an iPad a tablet.
    PhoneTop,
    /// The middle of a phone or tablet.
    PhoneMiddle,
    /// A phone or tablet down to its bottom end.
    PhoneBottom,
    /// A window of a Mac.
    MacWindow,
    /// A window of Windows with this in its title bar.
    Window(Label),
}

/// One picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene<'a> {
    /// What surrounds it.
    pub around: Around,
    /// What is on the screen.
    pub parts: &'a [Part],
}

impl Button {
    fn keep(self, wanted: Mark, into: &mut Vec<Label>) {
        if self.mark == wanted {
            into.push(self.label);
        }
    }
}

fn collect(parts: &[Part], wanted: Mark, into: &mut Vec<Label>) {
    for part in parts {
        match part {
            Part::Bar(left, _, right) => {
                for button in left.iter().chain(right) {
                    button.keep(wanted, into);
                }
            }
            Part::Row(button, _) | Part::Choice(button, _) | Part::Address(button) => {
                button.keep(wanted, into);
            }
            Part::Dialog(inner, _, buttons) => {
                collect(inner, wanted, into);
                for button in *buttons {
                    button.keep(wanted, into);
                }
            }
            Part::Buttons(buttons) => {
                for button in *buttons {
                    button.keep(wanted, into);
                }
            }
            Part::Toast(_, Some(button)) => button.keep(wanted, into),
            Part::Beside(left, right) => {
                collect(left, wanted, into);
                collect(right, wanted, into);
            }
            Part::Status
            | Part::Heading(..)
            | Part::Account
            | Part::Gap
            | Part::Text(_)
            | Part::Title(_)
            | Part::Field(..)
            | Part::Check(_)
            | Part::Passcode
            | Part::Toast(_, None)
            | Part::Page(..) => {}
        }
    }
}

impl Scene<'_> {
    /// What is marked so, in the order of the screen.
    #[must_use]
    pub fn marked(&self, wanted: Mark) -> Vec<Label> {
        let mut labels = Vec::new();
        collect(self.parts, wanted, &mut labels);
        labels
    }
}
