//! What protects the account, in rows: each with how it stands, and the way to change it.

use catalogue::Text;
use maud::{Markup, html};

use crate::routes::me::{Me, TwoFactor};
use crate::settings::phone_words::way;

/// All of it.
pub(super) fn card(text: &Text, me: &Me) -> Markup {
    html! {
        section class="card" aria-labelledby="factors" {
            h2 id="factors" { (text.say("security-factors")) }
            @if me.two_factor.is_none() {
                p class="note warning" { (text.say("security-no-factor")) }
            }
            dl class="rows" {
                (password(text))
                (passkeys(text, me.two_factor.as_ref()))
                (app(text, me.two_factor.as_ref()))
                (phone(text, me.two_factor.as_ref()))
                @if let Some(set) = &me.two_factor { (recovery_codes(text, set)) }
            }
        }
    }
}

fn password(text: &Text) -> Markup {
    let change = html! { a href="/settings/profile/password" { (text.say("page-change")) (of(text, "security-password")) } };
    row(&text.say("security-password"), &html! { (text.say("security-password-set")) }, &change)
}

fn passkeys(text: &Text, set: Option<&TwoFactor>) -> Markup {
    let count = set.map_or(0, |set| set.passkeys);
    let stands = html! {
        @if count == 0 {
            span class="quiet" { (text.say("security-phone-none")) }
        } @else {
            (text.say_with("profile-passkeys", [("count", count.into())]))
        }
    };
    row(&text.say("passkeys-title"), &stands, &to_factors(text, count > 0, "passkeys-title"))
}

fn app(text: &Text, set: Option<&TwoFactor>) -> Markup {
    let is_set = set.is_some_and(|set| set.app);
    let stands = html! {
        @if is_set {
            (text.say("factor-set"))
        } @else {
            span class="quiet" { (text.say("security-phone-none")) }
        }
    };
    row(&text.say("app-factor"), &stands, &to_factors(text, is_set, "app-factor"))
}

/// Where second factors are set up and removed.
fn to_factors(text: &Text, is_set: bool, name: &'static str) -> Markup {
    let act = if is_set { text.say("page-change") } else { text.say("security-set-up") };
    html! { a href="/settings/security/factors" { (act) (of(text, name)) } }
}

fn phone(text: &Text, set: Option<&TwoFactor>) -> Markup {
    let name = text.say("security-phone");
    let of = of(text, "security-phone");
    let Some((set, phone)) = set.and_then(|set| Some((set, set.phone.as_ref()?))) else {
        let stands = html! { span class="quiet" { (text.say("security-phone-none")) } };
        let change = html! { a href="/settings/profile/phone" { (text.say("security-set-up")) (of) } };
        return row(&name, &stands, &change);
    };
    let way = way(text, phone, set.channel.as_deref());
    let change = html! {
        a href="/settings/profile/phone" { (text.say("page-change")) (of) }
        " · "
        a href="/settings/profile/phone/remove" { (text.say("security-remove")) (of) }
    };
    row(&name, &html! { (way) }, &change)
}

fn recovery_codes(text: &Text, set: &TwoFactor) -> Markup {
    let left = text.say_with("security-codes-left", [("count", set.recovery_codes_left.into())]);
    let stands = html! {
        @if set.recovery_codes_left <= 2 { strong { (left) } } @else { (left) }
    };
    let change = html! { a href="/settings/profile/recovery-codes" { (text.say("security-codes-renew")) } };
    row(&text.say("security-codes"), &stands, &change)
}

fn row(name: &str, stands: &Markup, change: &Markup) -> Markup {
    html! {
        div class="row" {
            dt { (name) }
            dd { (stands) }
            dd class="change" { (change) }
        }
    }
}

/// What a link is about, for who hears it alone.
fn of(text: &Text, name: &'static str) -> Markup {
    html! { span class="unseen" { " " (text.say(name)) } }
}
