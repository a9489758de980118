"""The English text of an inquiry: providers in order, each behind one interface, none trusted to answer."""
