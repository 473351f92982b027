// Package page shows people how the gateway is, in a browser: what is wrong, the journal of
// requests as the МИС's manual has it, registers by state, the classifier, and charts.
//
// It only reads. Nobody sees anything without the token, which is given in a form (then a
// cookie stands for it) or as Authorization: Bearer, never in an address. Requests for hosts
// nobody named are refused, so that no foreign site can be made to look like this one.
// Nothing of people is shown: what others say goes through a mask (mask.go).
//
// The pages are made here, without scripts, and take nothing from elsewhere.
package page
