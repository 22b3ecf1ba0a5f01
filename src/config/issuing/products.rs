//! `[[product]]`: what holds for all cards of some BINs. What is not said is as without a product.

use payhsm_issuing::dcvv2::{Deferred, Digits, Form, Method, Policy, WhileAlive};
use payhsm_issuing::product::Product;
use serde::Deserialize;
use std::fmt;
use std::num::NonZeroU32;

/// A product as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductSection {
    /// What logs and mistakes call it.
    pub name: String,
    /// The first digits of its card numbers, 1 to 12.
    #[serde(default)]
    pub bins: Vec<String>,
    /// Wrong PINs until the card is blocked.
    pub pin_tries: Option<u8>,
    /// Digits of a PIN that the appliance chooses.
    pub pin_length: Option<u8>,
    /// PINs that no customer may choose.
    #[serde(default)]
    pub excluded_pins: ExcludedPins,
    /// Whether PINs such as 1111 and 1234 are refused besides.
    pub refuse_weak_pins: Option<bool>,
    /// Its dynamic CVV2, if it has one.
    pub dynamic_cvv2: Option<DynamicCvv2Section>,
}

/// PINs that are refused. Nothing prints them: some of them are a customer's until it is changed.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ExcludedPins(pub Vec<String>);

impl fmt::Debug for ExcludedPins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} PINs", self.0.len())
    }
}

/// The dynamic CVV2 of a product as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DynamicCvv2Section {
    /// Where the number of a code comes from.
    pub form: CodeForm,
    /// Seconds of a step of the time form.
    pub step_seconds: Option<u32>,
    /// How a code is computed.
    pub method: CodeMethod,
    /// 3 or 4.
    pub digits: Option<u8>,
    /// Seconds that a code lives.
    pub seconds: Option<u32>,
    /// Wrong tries of one code.
    pub tries: Option<u8>,
    /// Uses of one code.
    pub uses: Option<u8>,
    /// What happens to a code that is alive when another is asked for.
    pub while_alive: While,
    /// Whether the first code of a card enables dynamic ones.
    pub auto_enable: bool,
    /// Whether cards may keep the static one beside dynamic ones.
    pub fallback: bool,
    /// Seconds that the clock may go back.
    pub clock_skew_seconds: Option<u32>,
    /// Uses of one code at one merchant, the first included; in place of `uses`.
    pub deferred_uses: Option<u8>,
    /// Seconds after the first use in which the others have to come.
    pub deferred_seconds: Option<u32>,
}

/// Where the number of a code comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeForm {
    /// The count of codes that the card had.
    #[default]
    Counter,
    /// The time.
    Time,
}

/// How a code is computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CodeMethod {
    /// The CVV algorithm.
    #[default]
    Cvv7,
    /// HMAC-SHA-256.
    Hmac,
}

/// What happens to a code that is alive when another is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum While {
    /// The new one takes its place.
    #[default]
    Replace,
    /// There is no other yet.
    Refuse,
}

/// The product; what its own crate does not check is added to `wrong`.
pub(super) fn read(section: &ProductSection, wrong: &mut Vec<String>) -> Product {
    let usual = Product::default();
    let mut said = Vec::new();
    let dcvv2 = section.dynamic_cvv2.as_ref().map(|section| section.read(&mut said));
    let name = section.name.escape_default();
    wrong.extend(said.iter().map(|said| format!("product `{name}`: dynamic_cvv2: {said}")));
    Product {
        name: section.name.clone(),
        bins: section.bins.clone(),
        pin_limit: section.pin_tries.unwrap_or(usual.pin_limit),
        pin_length: section.pin_length.unwrap_or(usual.pin_length),
        excluded_pins: section.excluded_pins.0.clone(),
        weak_pins_refused: section.refuse_weak_pins.unwrap_or(usual.weak_pins_refused),
        dcvv2,
    }
}

impl DynamicCvv2Section {
    fn read(&self, wrong: &mut Vec<&'static str>) -> Policy {
        let usual = Policy::default();
        Policy {
            form: self.form(wrong),
            method: match self.method {
                CodeMethod::Cvv7 => Method::Cvv7,
                CodeMethod::Hmac => Method::Hmac,
            },
            digits: match self.digits {
                None | Some(3) => Digits::Three,
                Some(4) => Digits::Four,
                Some(_) => {
                    wrong.push("digits is 3 or 4");
                    Digits::Three
                }
            },
            ttl: self.seconds.unwrap_or(usual.ttl),
            tries: self.tries.unwrap_or(usual.tries),
            uses: self.uses.unwrap_or(usual.uses),
            while_alive: match self.while_alive {
                While::Replace => WhileAlive::Replace,
                While::Refuse => WhileAlive::Refuse,
            },
            auto_enable: self.auto_enable,
            fallback: self.fallback,
            skew: self.clock_skew_seconds.unwrap_or(usual.skew),
            deferred: self.deferred(wrong),
        }
    }

    fn form(&self, wrong: &mut Vec<&'static str>) -> Form {
        match (self.form, self.step_seconds.map(NonZeroU32::new)) {
            (CodeForm::Time, Some(Some(step))) => return Form::Time { step },
            (CodeForm::Time, Some(None)) => {
                wrong.push("step_seconds is 0; it has to be 60 to 64800");
            }
            (CodeForm::Time, None) => wrong.push("the form `time` needs step_seconds"),
            (CodeForm::Counter, Some(_)) => {
                wrong.push("step_seconds is for the form `time`; the form `counter` has no steps");
            }
            (CodeForm::Counter, None) => {}
        }
        Form::Counter
    }

    fn deferred(&self, wrong: &mut Vec<&'static str>) -> Option<Deferred> {
        let (Some(uses), Some(window)) = (self.deferred_uses, self.deferred_seconds) else {
            if self.deferred_uses.is_some() || self.deferred_seconds.is_some() {
                wrong.push("deferred_uses and deferred_seconds go together");
            }
            return None;
        };
        if self.uses.is_some() {
            wrong.push("deferred_uses stands in place of uses; leave one of them out");
        }
        Some(Deferred { uses, window })
    }
}
