//! payhsm-client
