package receiver

import "egissogw/crypto/xmlsafe"

// treeLimits are for documents read as trees, however large: this is a simulator.
var treeLimits = xmlsafe.Limits{Tree: 1 << 30}
