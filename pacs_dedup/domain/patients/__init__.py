"""Who the patient is: identifiers, names, dates, and whether two headers mean one person."""
