//! The names of marks, and which characters each one says something about.

use loro::{ExpandType, LoroValue, StyleConfig, StyleConfigMap};

/// Stands for an image, an attachment or a table (U+FFFC OBJECT REPLACEMENT CHARACTER).
pub(crate) const OBJECT: char = '\u{FFFC}';

/// A mark. The order is the order in which marks are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    Bold,
    Italic,
    Link,
    /// On the newline that ends a block: what the block is.
    Block,
    /// On the newline that ends a list item: its depth, where it is not 0.
    Depth,
    /// On an object: what it is, as JSON.
    Object,
    Alt,
    Caption,
    Decorative,
    /// On the newline of a paragraph that somebody removed whole. The newline stays, so that words which
    /// somebody else wrote there meanwhile keep a paragraph of their own and can be shown to a person.
    Gone,
}

/// The three sorts of characters in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Letter,
    End,
    Object,
}

impl Sort {
    pub(crate) fn of(c: char) -> Self {
        match c {
            '\n' => Self::End,
            OBJECT => Self::Object,
            _ => Self::Letter,
        }
    }
}

impl Key {
    pub(crate) const ALL: [Self; 10] = [
        Self::Bold,
        Self::Italic,
        Self::Link,
        Self::Block,
        Self::Depth,
        Self::Object,
        Self::Alt,
        Self::Caption,
        Self::Decorative,
        Self::Gone,
    ];

    /// The name in the stored document: for ever.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bold => "bold",
            Self::Italic => "italic",
            Self::Link => "link",
            Self::Block => "block",
            Self::Depth => "depth",
            Self::Object => "object",
            Self::Alt => "alt",
            Self::Caption => "caption",
            Self::Decorative => "decorative",
            Self::Gone => "gone",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    /// The sort of characters the mark says something about.
    pub(crate) fn sort(self) -> Sort {
        match self {
            Self::Bold | Self::Italic | Self::Link => Sort::Letter,
            Self::Block | Self::Depth | Self::Gone => Sort::End,
            Self::Object | Self::Alt | Self::Caption | Self::Decorative => Sort::Object,
        }
    }

    fn is_flag(self) -> bool {
        matches!(
            self,
            Self::Bold | Self::Italic | Self::Decorative | Self::Gone
        )
    }

    /// A stored value as the text we compare; `None` where it says nothing.
    pub(crate) fn read(self, value: &LoroValue) -> Option<String> {
        match value {
            LoroValue::Bool(true) if self.is_flag() => Some(String::new()),
            LoroValue::String(text) if !self.is_flag() => Some(text.to_string()),
            _ => None,
        }
    }

    pub(crate) fn write(self, value: &str) -> LoroValue {
        if self.is_flag() {
            LoroValue::Bool(true)
        } else {
            LoroValue::from(value)
        }
    }
}

/// Words typed at the end of bold text are bold; nothing else grows by itself.
pub(crate) fn styles() -> StyleConfigMap {
    let mut styles = StyleConfigMap::new();
    for key in Key::ALL {
        let expand = match key {
            Key::Bold | Key::Italic => ExpandType::After,
            _ => ExpandType::None,
        };
        styles.insert(key.name().into(), StyleConfig { expand });
    }
    styles
}
