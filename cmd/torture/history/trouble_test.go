package history

import (
	"maps"
	"slices"
	"time"

	"egissogw/adapter/smev/smevtest"
)

// troubles are what the bus and ЕГИССО do wrong, once each time.
var troubles = map[string]smevtest.Rule{
	"post lost":             {On: "SendRequest", Drop: "before"},
	"reply to a post lost":  {On: "SendRequest", Drop: "after"},
	"post refused":          {On: "SendRequest", Fault: "SMEVFailure"},
	"content refused":       {On: "SendRequest", Fault: "InvalidContent"},
	"signature refused":     {On: "SendRequest", Fault: "SignatureVerificationFault/CertificateIsExpired"},
	"already sent":          {On: "SendRequest", Fault: "MessageIsAlreadySent"},
	"too old":               {On: "SendRequest", Fault: "StaleMessageId"},
	"garbage to a post":     {On: "SendRequest", Garbage: "html"},
	"refused afterwards":    {On: "SendRequest", Reject: "AccessDenied"},
	"package refused":       {On: "SendRequest", RequestRejected: "FAILURE"},
	"access denied":         {On: "SendRequest", RequestRejected: "ACCESS_DENIED"},
	"late answer":           {On: "SendRequest", AnswerDelay: smevtest.Duration(30 * time.Minute)},
	"very late answer":      {On: "SendRequest", AnswerDelay: smevtest.Duration(80 * time.Hour)},
	"answer twice":          {On: "SendRequest", Twice: true},
	"interim answer":        {On: "SendRequest", Interim: true},
	"statuses":              {On: "SendRequest", Statuses: []string{"requestIsQueued", "requestIsAcceptedBySmev"}, RequestStatus: true},
	"answer as a file":      {On: "SendRequest", Answers: smevtest.AnswerFile},
	"poll lost":             {On: "GetResponse", Drop: "before"},
	"answer lost":           {On: "GetResponse", Drop: "after"},
	"poll refused":          {On: "GetResponse", Fault: "SMEVFailure"},
	"tampered answer":       {On: "GetResponse", Tamper: true},
	"answer again":          {On: "GetResponse", Duplicate: true},
	"newest first":          {On: "GetResponse", Newest: true},
	"ack lost":              {On: "Ack", Drop: "before"},
	"reply to an ack lost":  {On: "Ack", Drop: "after"},
	"ack refused":           {On: "Ack", Fault: "SMEVFailure"},
	"acked and again":       {On: "Ack", Duplicate: true},
	"upload cut":            {On: "STOR", Drop: "before"},
	"upload in doubt":       {On: "STOR", Drop: "after"},
	"storage full":          {On: "STOR", Refuse: "full"},
	"storage shut":          {On: "LOGIN", Refuse: "denied"},
	"unknown content":       {On: "SendRequest", Oddity: "unknownContent"},
	"answer to nobody":      {On: "SendRequest", Oddity: "foreign"},
	"another system speaks": {On: "SendRequest", Stranger: "OTHER", Says: "rejected"},
}

// likely are those a history draws from: all of them, and the worst ones more often.
var likely = append(slices.Sorted(maps.Keys(troubles)),
	"reply to a post lost", "reply to a post lost", "reply to a post lost", "reply to a post lost", "post lost", "ack lost", "reply to an ack lost",
	"answer lost", "late answer", "late answer", "very late answer", "answer twice", "package refused", "refused afterwards", "upload in doubt", "answer again",
)
