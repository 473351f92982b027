package mis

import (
	"github.com/shopspring/decimal"

	"egissogw/adapter/egisso"
)

// factColumns are the columns of the view fact after the technical ones, in the
// order of egisso.Fact.
var factColumns = []column[egisso.Fact]{
	text("osz_code", "код ОНМСЗ в ЕГИССО", func(f *egisso.Fact) *string { return &f.OSZCode }),
	key("osz_key", "ключ ОНМСЗ (строка представления onmsz): кода ещё нет", func(f *egisso.Fact) *string { return &f.OSZKey }),

	text("receiver_snils", "СНИЛС получателя", func(f *egisso.Fact) *string { return &f.Receiver.SNILS }).required(),
	text("receiver_family_name", "фамилия получателя", func(f *egisso.Fact) *string { return &f.Receiver.FamilyName }).required(),
	text("receiver_first_name", "имя получателя", func(f *egisso.Fact) *string { return &f.Receiver.FirstName }).required(),
	text("receiver_patronymic", "отчество получателя", func(f *egisso.Fact) *string { return &f.Receiver.Patronymic }),
	text("receiver_maiden_family_name", "фамилия получателя при рождении", func(f *egisso.Fact) *string { return &f.Receiver.MaidenFamilyName }),
	text("receiver_gender", "пол получателя", func(f *egisso.Fact) *egisso.Gender { return &f.Receiver.Gender }).required(),
	date("receiver_birth_date", "дата рождения получателя", func(f *egisso.Fact) *egisso.Date { return &f.Receiver.BirthDate }).required(),
	text("receiver_birth_place", "место рождения получателя", func(f *egisso.Fact) *string { return &f.Receiver.BirthPlace }),
	text("receiver_phone_number", "телефон получателя", func(f *egisso.Fact) *string { return &f.Receiver.PhoneNumber }),
	text("receiver_citizenship", "гражданство получателя", func(f *egisso.Fact) *string { return &f.Receiver.Citizenship }),
	jsonb("receiver_identity_doc", "документ, удостоверяющий личность получателя", func(f *egisso.Fact) any { return &f.Receiver.IdentityDoc }),
	jsonb("receiver_permanent_residence", "адрес постоянного проживания получателя", func(f *egisso.Fact) any { return &f.Receiver.PermanentResidence }),
	jsonb("receiver_temporary_residence", "адрес временного проживания получателя", func(f *egisso.Fact) any { return &f.Receiver.TemporaryResidence }),
	jsonb("receiver_actual_residence", "адрес фактического проживания получателя", func(f *egisso.Fact) any { return &f.Receiver.ActualResidence }),
	text("receiver_residence_permit_info", "сведения о виде на жительство получателя", func(f *egisso.Fact) *string { return &f.Receiver.ResidencePermitInfo }),

	jsonb("reason_persons", "лица, являющиеся основанием", func(f *egisso.Fact) any { return &f.ReasonPersons }),
	key("measure_key", "ключ ЛМСЗ (строка представления local_measure)", func(f *egisso.Fact) *string { return &f.MeasureKey }).required(),
	text("measure_provider_code", "код поставщика, загрузившего ЛМСЗ", func(f *egisso.Fact) *string { return &f.MeasureProviderCode }),
	key("category_key", "ключ категории получателей этой ЛМСЗ", func(f *egisso.Fact) *string { return &f.CategoryKey }).required(),
	date("decision_date", "дата решения", func(f *egisso.Fact) *egisso.Date { return &f.DecisionDate }).required(),
	date("date_start", "дата начала", func(f *egisso.Fact) *egisso.Date { return &f.DateStart }).required(),
	date("date_finish", "дата окончания", func(f *egisso.Fact) *egisso.Date { return &f.DateFinish }),
	jsonb("documents", "документы, дающие право", func(f *egisso.Fact) any { return &f.Documents }),
	boolean("needs_used", "признак использования критериев нуждаемости", func(f *egisso.Fact, v bool) { f.NeedsUsed = v }).required(),
	jsonb("needs_codes", "коды критериев нуждаемости", func(f *egisso.Fact) any { return &f.NeedsCodes }),

	text("form", "форма предоставления", func(f *egisso.Fact) *egisso.ProvisionForm { return &f.Assignment.Form }).required(),
	number("amount", "сумма или количество", func(f *egisso.Fact) *decimal.Decimal { return &f.Assignment.Amount }).required(),
	text("measure_code", "единица измерения ЕГИССО", func(f *egisso.Fact) *string { return &f.Assignment.MeasureCode }),
	text("okei_code", "единица измерения ОКЕИ", func(f *egisso.Fact) *string { return &f.Assignment.OKEICode }),
	boolean("monetization", "признак монетизации", func(f *egisso.Fact, v bool) { f.Assignment.Monetization = &v }),
	text("content", "содержание", func(f *egisso.Fact) *string { return &f.Assignment.Content }),
	text("comment", "комментарий", func(f *egisso.Fact) *string { return &f.Assignment.Comment }),
	optionalNumber("equivalent_amount", "денежный эквивалент", func(f *egisso.Fact) *decimal.NullDecimal { return &f.Assignment.Equivalent }),

	text("ending_reason", "причина досрочного прекращения", func(f *egisso.Fact) *egisso.Cause { return &endingOf(f).Reason }),
	date("ending_date", "последний день прекращённого назначения", func(f *egisso.Fact) *egisso.Date { return &endingOf(f).Date }),
	optionalNumber("ending_amount", "пересчитанная сумма в рублях", func(f *egisso.Fact) *decimal.NullDecimal { return &endingOf(f).Amount }),
	optionalNumber("ending_quantity", "фактически предоставленное количество", func(f *egisso.Fact) *decimal.NullDecimal { return &endingOf(f).Quantity }),
}

// endingOf returns the fact's ending, made if there was none.
func endingOf(f *egisso.Fact) *egisso.Ending {
	if f.Ending == nil {
		f.Ending = new(egisso.Ending)
	}
	return f.Ending
}
