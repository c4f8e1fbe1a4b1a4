//! From services to anchors.

use crate::list::{Instance, List, TrustService};
use crate::names;
use jiff::Timestamp;
use signing::{Anchor, REGULATION, Service, Standing};

/// The anchors of a list.
pub fn of(list: &List) -> Vec<Anchor> {
    list.services.iter().flat_map(of_service).collect()
}

fn of_service(service: &TrustService) -> Vec<Anchor> {
    const QUALIFIED: [Service; 3] = [
        Service::QualifiedSignatures,
        Service::QualifiedSeals,
        Service::QualifiedTimeStamps,
    ];
    let mut histories: Vec<_> = QUALIFIED
        .into_iter()
        .filter_map(|kind| Some((kind, history(service, |instance| is(instance, kind))?)))
        .collect();
    if histories.is_empty() {
        let kind = match identity_card(service) {
            true => Service::IdentityCard,
            false => Service::Other,
        };
        histories.extend(history(service, |_| true).map(|history| (kind, history)));
    }
    let said = service
        .instances
        .iter()
        .filter(|instance| !instance.qualifications.is_empty());
    let qualifications: Vec<_> = said
        .map(|instance| (instance.since, instance.qualifications.clone()))
        .collect();
    histories
        .into_iter()
        .flat_map(|(kind, history)| {
            let qualifications = &qualifications;
            service.certificates.iter().map(move |der| Anchor {
                certificate: der.clone(),
                service: kind,
                history: history.clone(),
                provider: service.provider.clone(),
                qualifications: qualifications.clone(),
            })
        })
        .collect()
}

/// How it stood for one purpose: at times when it was for another one, it did not. None where it never was for
/// this one.
fn history(
    service: &TrustService,
    is: impl Fn(&Instance) -> bool,
) -> Option<Vec<(Timestamp, Standing)>> {
    let mut ever = false;
    let history = service.instances.iter().map(|instance| {
        let standing = match is(instance) {
            true => instance.standing,
            false => Standing::Withdrawn,
        };
        ever |= is(instance);
        (instance.since, standing)
    });
    let history = history.collect();
    ever.then_some(history)
}

fn is(instance: &Instance, kind: Service) -> bool {
    let for_ = |uri| instance.purposes.iter().any(|purpose| purpose == uri);
    match kind {
        Service::QualifiedSignatures => {
            // From the Regulation on a list says what qualified certificates are for.
            let before = instance.since.as_second() < REGULATION && instance.purposes.is_empty();
            instance.kind == names::CA_QC && (for_(names::FOR_SIGNATURES) || before)
        }
        Service::QualifiedSeals => instance.kind == names::CA_QC && for_(names::FOR_SEALS),
        Service::QualifiedTimeStamps => instance.kind == names::TSA_QTST,
        Service::IdentityCard | Service::Other => false,
    }
}

/// The authorities of the identity card stand in the Italian list as identity verification of the Ministero
/// dell'Interno; the names of the services are those of their certificates' subjects.
fn identity_card(service: &TrustService) -> bool {
    let present = service.instances.last();
    present.is_some_and(|instance| instance.kind == names::IDV)
        && service.name.contains("Italian Electronic Identity Card")
}
