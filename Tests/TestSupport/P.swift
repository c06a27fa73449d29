package enum TestPlace {}
