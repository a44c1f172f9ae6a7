"""From agreed words to an edition that is out: freeze, approvals, files, bundle, errata."""
