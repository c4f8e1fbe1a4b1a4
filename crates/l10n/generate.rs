//! From Fluent messages to Rust methods. Of Fluent it knows text, `{ $argument }`, `{ "text" }` and
//! plural selectors (`{ $count -> [one] … *[other] … }`); anything else is an error that names the message.

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Pattern, PatternElement, Variant, VariantKey,
};
use fluent_syntax::parser;
use std::collections::BTreeMap;
use std::fmt::Write;

type Messages = BTreeMap<String, Message>;

struct Message {
    /// The words, where there is nothing but words.
    text: Option<String>,
    /// In the order of their first appearance; `true` for numbers.
    args: Vec<(String, bool)>,
    body: String,
}

/// The code of `impl Lang` with a method per message.
///
/// # Errors
/// What is wrong with the sources, naming the message.
pub fn generate(it: &str, en: &str) -> Result<String, String> {
    let (it, en) = (messages(it)?, messages(en)?);
    for id in it.keys().chain(en.keys()) {
        if !(it.contains_key(id) && en.contains_key(id)) {
            return Err(format!("message {id} is in one language only"));
        }
    }
    let mut code = String::from("impl Lang {\n");
    for ((id, it), en) in it.iter().zip(en.values()) {
        method(&mut code, id, it, en)?;
    }
    code.push_str("}\n");
    Ok(code)
}

fn messages(source: &str) -> Result<Messages, String> {
    let resource = parser::parse(source.to_owned())
        .map_err(|(_, errors)| format!("these messages cannot be read: {errors:?}"))?;
    let mut all = Messages::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let id = message.id.name;
        let pattern = message.value.ok_or(format!("message {id} is empty"))?;
        let read = read(&pattern).map_err(|why| format!("message {id}: {why}"))?;
        if all.insert(id.clone(), read).is_some() {
            return Err(format!("message {id} is there twice"));
        }
    }
    Ok(all)
}

fn read(pattern: &Pattern<String>) -> Result<Message, String> {
    let mut args = Vec::new();
    find_args(pattern, &mut args)?;
    let mut body = String::new();
    write_pattern(pattern, &args, &mut body)?;
    let text = pattern.elements.iter().map(words).collect();
    Ok(Message { text, args, body })
}

fn words(element: &PatternElement<String>) -> Option<&str> {
    match element {
        PatternElement::TextElement { value } => Some(value),
        PatternElement::Placeable {
            expression: Expression::Inline(InlineExpression::StringLiteral { value }),
        } => Some(value),
        PatternElement::Placeable { .. } => None,
    }
}

fn find_args(pattern: &Pattern<String>, args: &mut Vec<(String, bool)>) -> Result<(), String> {
    for element in &pattern.elements {
        let PatternElement::Placeable { expression } = element else {
            continue;
        };
        match expression {
            Expression::Inline(inline) => {
                if let Some(name) = variable(inline)? {
                    note(args, name, false);
                }
            }
            Expression::Select { selector, variants } => {
                let name = variable(selector)?.ok_or("a selector must be an argument")?;
                note(args, name, true);
                for variant in variants {
                    find_args(&variant.value, args)?;
                }
            }
        }
    }
    Ok(())
}

fn note(args: &mut Vec<(String, bool)>, name: String, number: bool) {
    match args.iter_mut().find(|(known, _)| *known == name) {
        Some((_, is_number)) => *is_number |= number,
        None => args.push((name, number)),
    }
}

/// The argument's name; `None` for a text in quotes.
fn variable(inline: &InlineExpression<String>) -> Result<Option<String>, String> {
    match inline {
        InlineExpression::VariableReference { id } => Ok(Some(id.name.replace('-', "_"))),
        InlineExpression::StringLiteral { .. } => Ok(None),
        other => Err(format!("this generator does not know {other:?}")),
    }
}

fn write_pattern(
    pattern: &Pattern<String>,
    args: &[(String, bool)],
    body: &mut String,
) -> Result<(), String> {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => push_text(body, value),
            PatternElement::Placeable { expression } => match expression {
                Expression::Inline(InlineExpression::StringLiteral { value }) => {
                    push_text(body, value);
                }
                Expression::Inline(inline) => push_argument(body, &variable(inline)?, args),
                Expression::Select { selector, variants } => {
                    let name = variable(selector)?.unwrap_or_default();
                    write_select(&name, variants, args, body)?;
                }
            },
        }
    }
    Ok(())
}

fn push_text(body: &mut String, text: &str) {
    let _ = write!(body, "out.push_str({text:?}); ");
}

fn push_argument(body: &mut String, name: &Option<String>, args: &[(String, bool)]) {
    let Some(name) = name else { return };
    let number = args.iter().any(|(known, number)| known == name && *number);
    let _ = match number {
        true => write!(body, "push_number(&mut out, self, {name}); "),
        false => write!(body, "out.push_str({name}); "),
    };
}

fn write_select(
    name: &str,
    variants: &[Variant<String>],
    args: &[(String, bool)],
    body: &mut String,
) -> Result<(), String> {
    let _ = write!(body, "match {name} {{ ");
    // Fluent lets the default stand anywhere; Rust wants it last.
    let (last, first): (Vec<_>, Vec<_>) = variants.iter().partition(|variant| variant.default);
    for variant in first.into_iter().chain(last) {
        let _ = write!(body, "{} => {{ ", arm(variant)?);
        write_pattern(&variant.value, args, body)?;
        body.push_str("} ");
    }
    body.push_str("} ");
    Ok(())
}

fn arm(variant: &Variant<String>) -> Result<String, String> {
    match &variant.key {
        _ if variant.default => Ok("_".into()),
        VariantKey::Identifier { name } if name == "one" => Ok("1".into()),
        VariantKey::NumberLiteral { value } => Ok(value.clone()),
        VariantKey::Identifier { name } => Err(format!("the plural form {name} is not known")),
    }
}

fn method(code: &mut String, id: &str, it: &Message, en: &Message) -> Result<(), String> {
    let mut args = it.args.clone();
    for (name, number) in &en.args {
        let Some(known) = args.iter_mut().find(|(known, _)| known == name) else {
            return Err(format!("message {id}: only one language has ${name}"));
        };
        known.1 |= number;
    }
    if args.len() != en.args.len() {
        return Err(format!(
            "message {id}: the languages have different arguments"
        ));
    }
    let name = id.replace('-', "_");
    let doc = it.text.as_deref().unwrap_or(id);
    let _ = writeln!(code, "    #[doc = {doc:?}]");
    if let (Some(it), Some(en)) = (&it.text, &en.text) {
        let _ = writeln!(
            code,
            "    pub const fn {name}(self) -> &'static str {{ match self {{ Self::It => {it:?}, Self::En => {en:?} }} }}"
        );
        return Ok(());
    }
    let params = args.iter().map(|(name, number)| {
        let kind = if *number { "u64" } else { "&str" };
        format!(", {name}: {kind}")
    });
    let params: String = params.collect();
    let (it, en) = (typed(&it.body, &args), typed(&en.body, &args));
    let _ = writeln!(
        code,
        "    pub fn {name}(self{params}) -> String {{ let mut out = String::new(); match self {{ \
         Self::It => {{ {it} }} Self::En => {{ {en} }} }} out }}"
    );
    Ok(())
}

/// An argument that is a number in one language only is printed as a number in both.
fn typed(body: &str, args: &[(String, bool)]) -> String {
    let numbers = args.iter().filter(|(_, number)| *number);
    numbers.fold(body.to_owned(), |body, (name, _)| {
        body.replace(
            &format!("out.push_str({name}); "),
            &format!("push_number(&mut out, self, {name}); "),
        )
    })
}
