//! How a person leaves an application or a browser that cannot install: where its menu is and what it is called there, one
//! line for each application, and the way that always works: the copied address.

use super::DrawnStep;
use super::draw::Picture;
use super::pen::Names;
use super::scene::{Around, Button, Corner, Glyph, Label, Mark, Part, Scene, Tail, tap};
use crate::device::Platform;
use crate::http::words::Words;

/// Where an application's menu is, and what in it leads out.
#[derive(Debug, Clone, Copy)]
struct Exit {
    /// The application, as `device` calls it.
    app: &'static str,
    /// Where its menu is.
    corner: Corner,
    /// The menu's sign.
    glyph: Glyph,
    /// The key of what to choose in it.
    item: &'static str,
}

const fn exit(app: &'static str, corner: Corner, glyph: Glyph, item: &'static str) -> Exit {
    Exit { app, corner, glyph, item }
}

/// On an iPhone or iPad.
const APPLE: &[Exit] = &[
    exit("line", Corner::BottomRight, Glyph::Kebab, "screen-leave-default"),
    exit("facebook", Corner::TopRight, Glyph::Dots, "screen-leave-external"),
    exit("instagram", Corner::TopRight, Glyph::Dots, "screen-leave-external"),
    exit("threads", Corner::TopRight, Glyph::Dots, "screen-leave-external"),
    exit("yahoo-japan", Corner::BottomRight, Glyph::Share, "screen-leave-safari"),
    exit("google-app", Corner::BottomRight, Glyph::Compass, "screen-leave-safari"),
    exit("teams", Corner::TopRight, Glyph::Dots, "screen-leave-safari"),
    exit("kakaotalk", Corner::BottomRight, Glyph::Share, "screen-leave-safari"),
    exit("wechat", Corner::TopRight, Glyph::Dots, "screen-leave-safari"),
    exit("twitter", Corner::BottomRight, Glyph::Share, "screen-leave-safari"),
    exit("slack", Corner::BottomRight, Glyph::Compass, "screen-leave-safari"),
    exit("outlook", Corner::TopRight, Glyph::Dots, "screen-leave-safari"),
];

/// On Android.
const ANDROID: &[Exit] = &[
    exit("line", Corner::TopRight, Glyph::Kebab, "screen-leave-default"),
    exit("facebook", Corner::TopRight, Glyph::Kebab, "screen-leave-external"),
    exit("instagram", Corner::TopRight, Glyph::Kebab, "screen-leave-external"),
    exit("threads", Corner::TopRight, Glyph::Kebab, "screen-leave-external"),
    exit("yahoo-japan", Corner::TopRight, Glyph::Kebab, "screen-leave-browser"),
    exit("google-app", Corner::TopRight, Glyph::Kebab, "screen-leave-chrome"),
    exit("teams", Corner::TopRight, Glyph::Kebab, "screen-leave-browser"),
    exit("kakaotalk", Corner::BottomRight, Glyph::Kebab, "screen-leave-browser"),
    exit("wechat", Corner::TopRight, Glyph::Dots, "screen-leave-browser"),
    exit("twitter", Corner::TopRight, Glyph::Kebab, "screen-leave-browser"),
    exit("slack", Corner::TopRight, Glyph::Kebab, "screen-leave-browser"),
    exit("outlook", Corner::TopRight, Glyph::Kebab, "screen-leave-browser"),
];

/// What most others look like.
const APPLE_OTHER: Exit = exit("other", Corner::BottomRight, Glyph::Dots, "screen-leave-safari");
const ANDROID_OTHER: Exit = exit("other", Corner::TopRight, Glyph::Kebab, "screen-leave-browser");
const COMPUTER_OTHER: Exit = exit("other", Corner::TopRight, Glyph::Dots, "screen-leave-browser");

/// Where the person is, and where to go.
#[derive(Debug, Clone, Copy)]
pub struct Leaving<'a> {
    /// The system.
    pub platform: Platform,
    /// The application, as `device` calls it; nothing in a browser of its own.
    pub app: Option<&'a str>,
    /// The browser to go to: `safari`, `chrome` or `edge`.
    pub to: &'a str,
}

impl Leaving<'_> {
    fn exit(&self, app: &str) -> Exit {
        let (known, other) = match self.platform {
            Platform::Ios | Platform::Ipados => (APPLE, APPLE_OTHER),
            Platform::Android => (ANDROID, ANDROID_OTHER),
            _ => (&[][..], COMPUTER_OTHER),
        };
        known.iter().find(|exit| exit.app == app).copied().unwrap_or(other)
    }

    /// The steps by the application's own menu; none in a browser of its own.
    #[must_use]
    pub fn by_menu(&self, words: Words) -> Vec<DrawnStep> {
        let Some(app) = self.app else { return Vec::new() };
        let exit = self.exit(app);
        let (screen, names) = (words.of_screens(), self.names());
        let draw = |around, parts: &[Part]| Scene { around, parts }.draw(words, screen, &names);
        let around = match (exit.corner, self.is_mobile()) {
            (_, false) => Around::MacWindow,
            (Corner::BottomRight, true) => Around::PhoneBottom,
            (Corner::TopRight, true) => Around::PhoneTop,
        };
        let menu = draw(around, &[Part::Page(exit.corner, exit.glyph)]);
        let around = if self.is_mobile() { Around::PhoneMiddle } else { Around::MacWindow };
        let blank = |long| Part::Row(Button { label: Label::Blank(long), mark: Mark::None }, Tail::None);
        let list = draw(around, &[blank(90), Part::Row(tap(exit.item), Tail::None), blank(120)]);
        let key = if exit.app == "other" { "leave-menu-other" } else { "leave-menu" };
        let text = words
            .say(key)
            .with("app", words.say("app").with("app", exit.app).to_string())
            .with("corner", exit.corner.name())
            .with("glyph", exit.glyph.name());
        let item = words.say("leave-item").with("item", screen.say(exit.item).to_string());
        vec![shown(text, menu), shown(item, list)]
    }

    /// The steps by the copied address, which work everywhere.
    #[must_use]
    pub fn by_address(&self, words: Words) -> Vec<DrawnStep> {
        let (screen, names) = (words.of_screens(), self.names());
        let (text, item) = match self.to {
            "safari" => ("leave-paste-safari", "screen-leave-paste-safari"),
            "edge" => ("leave-paste-edge", "screen-leave-paste-edge"),
            _ => ("leave-paste-chrome", "screen-leave-paste-chrome"),
        };
        let around = if self.is_mobile() { Around::PhoneMiddle } else { Around::MacWindow };
        let picture = Scene { around, parts: &[Part::Address(tap(item))] }.draw(words, screen, &names);
        let copy = DrawnStep { text: words.say("leave-copy"), pictures: Vec::new(), otherwise: None };
        vec![copy, shown(words.say(text), picture)]
    }

    const fn is_mobile(&self) -> bool {
        matches!(self.platform, Platform::Ios | Platform::Ipados | Platform::Android)
    }

    fn names(&self) -> Names {
        Names { tablet: self.platform == Platform::Ipados, ..Names::default() }
    }
}

fn shown(text: crate::http::words::Phrase<'static>, picture: Picture) -> DrawnStep {
    DrawnStep { text, pictures: vec![picture], otherwise: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::language::Language;

    #[test]
    fn every_application_is_called_by_its_name_and_has_its_own_way_out() {
        for language in Language::ALL {
            let words = Words(language);
            let other = words.say("app").with("app", "other").to_string();
            for (platform, exits) in [(Platform::Ios, APPLE), (Platform::Android, ANDROID)] {
                for exit in exits {
                    let name = words.say("app").with("app", exit.app).to_string();
                    assert_ne!(name, other, "{}", exit.app);
                    let leaving = Leaving { platform, app: Some(exit.app), to: "safari" };
                    let steps = leaving.by_menu(words);
                    assert!(steps[0].text.plain().contains(&name), "{}", steps[0].text);
                    let item = words.of_screens().say(exit.item).to_string();
                    assert!(steps[1].text.plain().contains(&item), "{}", steps[1].text);
                }
            }
        }
    }

    #[test]
    fn the_step_names_what_the_picture_of_the_address_marks() {
        for language in Language::ALL {
            let words = Words(language);
            for (to, item) in [
                ("safari", "screen-leave-paste-safari"),
                ("chrome", "screen-leave-paste-chrome"),
                ("edge", "screen-leave-paste-edge"),
            ] {
                let leaving = Leaving { platform: Platform::Ios, app: None, to };
                assert!(leaving.by_menu(words).is_empty());
                let steps = leaving.by_address(words);
                let item = words.of_screens().say(item).to_string();
                assert!(steps[1].text.plain().contains(&item), "{}", steps[1].text);
            }
        }
    }
}
