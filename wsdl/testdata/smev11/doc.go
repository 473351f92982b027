// Package smev11 holds the Go types generated from the description of the SMEV 3
// message exchange, schema version 1.1, in package wsdl. Only tests use them:
// replies of every version are read through the types of package wsdl itself,
// which says why.
package smev11
