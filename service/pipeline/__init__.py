"""How an inquiry is understood: detect, mask, translate, classify, route. Knows neither HTTP nor SQL."""
