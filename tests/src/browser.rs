//! The part of WebDriver (W3C) that a journey needs.

use crate::Done;
use serde_json::{Value, json};
use std::time::Duration;
use ureq::Agent;

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A session with a window.
pub struct Browser {
    agent: Agent,
    session: String,
}

/// An element on the screen.
#[derive(Debug, Clone)]
pub struct Element(String);

impl Browser {
    /// Starts the program through the driver.
    pub fn start(driver: &str, program: &str) -> Done<Self> {
        let agent: Agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .build()
            .into();
        let options = json!({"capabilities": {"alwaysMatch": {
            "webkitgtk:browserOptions": {"binary": program, "args": []}
        }}});
        let answer = post(&agent, &format!("{driver}/session"), &options)?;
        let id = answer["sessionId"]
            .as_str()
            .ok_or(format!("no session: {answer}"))?;
        Ok(Self {
            session: format!("{driver}/session/{id}"),
            agent,
        })
    }

    fn post(&self, path: &str, body: &Value) -> Done<Value> {
        post(&self.agent, &format!("{}/{path}", self.session), body)
    }

    fn get(&self, path: &str) -> Done<Value> {
        let url = format!("{}/{path}", self.session);
        let answer = self
            .agent
            .get(&url)
            .call()
            .map_err(|error| format!("{path}: {error}"))?;
        value(path, answer)
    }

    /// Runs a script in the page.
    pub fn script(&self, script: &str, args: Value) -> Done<Value> {
        self.post("execute/sync", &json!({"script": script, "args": args}))
    }

    /// The first element of an XPath.
    pub fn find(&self, xpath: &str) -> Done<Element> {
        let answer = self
            .post("element", &json!({"using": "xpath", "value": xpath}))
            .map_err(|error| format!("{xpath}: {error}"))?;
        element(&answer).ok_or(format!("{xpath}: nothing"))
    }

    /// All elements of a CSS selector.
    pub fn all(&self, css: &str) -> Done<Vec<Element>> {
        let answer = self.post("elements", &json!({"using": "css selector", "value": css}))?;
        Ok(answer
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(element)
            .collect())
    }

    /// Brings it to the middle of the screen and clicks.
    pub fn click(&self, at: &Element) -> Done {
        let script = "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})";
        self.script(script, json!([{ ELEMENT: at.0 }]))?;
        self.post(&format!("element/{}/click", at.0), &json!({}))
            .map(drop)
    }

    /// Types; for a file input, the path of the file.
    pub fn keys(&self, at: &Element, text: &str) -> Done {
        self.post(&format!("element/{}/value", at.0), &json!({"text": text}))
            .map(drop)
    }

    /// Empties a field as Ctrl+A and Delete do, and types.
    pub fn replace(&self, at: &Element, text: &str) -> Done {
        let script = "arguments[0].focus(); arguments[0].select(); document.execCommand('delete')";
        self.script(script, json!([{ ELEMENT: at.0 }]))?;
        self.keys(at, text)
    }

    /// What a person reads there.
    pub fn text(&self, at: &Element) -> Done<String> {
        let text = self.get(&format!("element/{}/text", at.0))?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// What assistive technology is told: role and name.
    pub fn told(&self, at: &Element) -> Done<(String, String)> {
        let word = |what: &str| -> Done<String> {
            let told = self.get(&format!("element/{}/{what}", at.0))?;
            Ok(told.as_str().unwrap_or_default().to_owned())
        };
        Ok((word("computedrole")?, word("computedlabel")?))
    }

    /// The beginning of its HTML, to tell it from others.
    pub fn html(&self, at: &Element) -> Done<String> {
        let script = "return arguments[0].outerHTML.slice(0, 200)";
        let html = self.script(script, json!([{ ELEMENT: at.0 }]))?;
        Ok(html.as_str().unwrap_or_default().to_owned())
    }

    /// The windows that are open.
    pub fn windows(&self) -> Done<Vec<String>> {
        let windows = self.get("window/handles")?;
        let words = windows
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        Ok(words.map(str::to_owned).collect())
    }

    /// The window that is driven.
    pub fn window(&self) -> Done<String> {
        Ok(self.get("window")?.as_str().unwrap_or_default().to_owned())
    }

    /// Drives another window.
    pub fn switch(&self, window: &str) -> Done {
        self.post("window", &json!({"handle": window})).map(drop)
    }
}

fn element(answer: &Value) -> Option<Element> {
    Some(Element(answer[ELEMENT].as_str()?.to_owned()))
}

fn post(agent: &Agent, url: &str, body: &Value) -> Done<Value> {
    let answer = agent
        .post(url)
        .send_json(body)
        .map_err(|error| format!("{url}: {error}"))?;
    value(url, answer)
}

fn value(what: &str, mut answer: ureq::http::Response<ureq::Body>) -> Done<Value> {
    let status = answer.status();
    let body: Value = answer
        .body_mut()
        .with_config()
        .limit(64 * 1024 * 1024)
        .read_json()
        .map_err(|error| format!("{what}: {error}"))?;
    if status.is_success() {
        return Ok(body["value"].clone());
    }
    let message = body["value"]["message"].as_str().unwrap_or_default();
    Err(format!(
        "{}: {message}",
        body["value"]["error"].as_str().unwrap_or(what)
    ))
}
