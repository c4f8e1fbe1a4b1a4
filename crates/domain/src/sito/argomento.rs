//! The topics of the national model.

use serde::{Deserialize, Serialize};

/// The vocabulary of topics of the Modello Comuni (Designers Italia, "argomenti"), in its order.
pub const ARGOMENTI: [&str; 62] = [
    "Accesso all'informazione",
    "Acqua",
    "Agricoltura",
    "Animale domestico",
    "Aria",
    "Assistenza agli invalidi",
    "Assistenza sociale",
    "Associazioni",
    "Bilancio",
    "Commercio all'ingrosso",
    "Commercio al minuto",
    "Commercio ambulante",
    "Comunicazione istituzionale",
    "Comunicazione politica",
    "Concorsi",
    "Covid-19",
    "Elezioni",
    "Energie rinnovabili",
    "Estero",
    "Foreste",
    "Formazione professionale",
    "Gemellaggi",
    "Gestione rifiuti",
    "Giustizia",
    "Igiene pubblica",
    "Immigrazione",
    "Imposte",
    "Imprese",
    "Inquinamento",
    "Integrazione sociale",
    "Isolamento termico",
    "Istruzione",
    "Lavoro",
    "Matrimonio",
    "Mercato",
    "Mobilità sostenibile",
    "Morte",
    "Nascita",
    "Parcheggi",
    "Patrimonio culturale",
    "Pesca",
    "Piano di sviluppo",
    "Pista ciclabile",
    "Politica commerciale",
    "Polizia",
    "Prodotti alimentari",
    "Protezione civile",
    "Residenza",
    "Risposta alle emergenze",
    "Sistema giuridico",
    "Spazio Verde",
    "Sport",
    "Sviluppo sostenibile",
    "Tassa sui servizi",
    "Tempo libero",
    "Trasparenza amministrativa",
    "Trasporto pubblico",
    "Turismo",
    "Urbanizzazione",
    "Viaggi",
    "Zone pedonali",
    "ZTL",
];

/// A topic, by its slug (`protezione-civile`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Argomento(String);

impl Argomento {
    /// The topic with this name in the vocabulary.
    pub fn named(name: &str) -> Option<Self> {
        ARGOMENTI.contains(&name).then(|| Self(super::slug(name)))
    }

    /// All topics, in the vocabulary's order.
    pub fn all() -> impl Iterator<Item = Self> {
        ARGOMENTI.iter().map(|name| Self(super::slug(name)))
    }

    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in the vocabulary; `None` for a slug from a later version of it.
    pub fn name(&self) -> Option<&'static str> {
        ARGOMENTI
            .iter()
            .copied()
            .find(|name| super::slug(name) == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_slug_of_its_own_and_finds_its_name_again() {
        let slugs: std::collections::BTreeSet<_> = Argomento::all().collect();
        assert_eq!(slugs.len(), ARGOMENTI.len());
        for name in ARGOMENTI {
            assert_eq!(Argomento::named(name).and_then(|t| t.name()), Some(name));
        }
    }
}
