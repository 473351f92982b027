// Package refmis is the reference medical information system: the database of
// an invented region with prescriptions under a benefit, for the demo and for
// tests. Its SQL is in testdata/mis, where a МИС vendor can read it as the
// example of the source contract.
//
// Patients and prescriptions are functions of a seed and a number: the same seed
// gives the same people, and a million of them take no memory. Some prescriptions
// are made wrong in known ways, see [Kind].
package refmis
