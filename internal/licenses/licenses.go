// Package licenses holds the licences of the code of others that is part of flowctl,
// which ask for it to be shipped.
package licenses

import _ "embed"

// ThirdParty is the text of all of them, by module. A test writes it (make generate).
//
//go:embed THIRD_PARTY_LICENSES
var ThirdParty string
