//! The Centro servizi: the provincial service that orders, decides and publishes.
