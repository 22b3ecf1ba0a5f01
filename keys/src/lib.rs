//! payhsm-keys
